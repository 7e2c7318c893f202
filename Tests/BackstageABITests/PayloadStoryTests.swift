import CBackstage
import Testing

struct PayloadStoryTests {
    private func make(_ stage: Stage, _ text: String) throws -> OpaquePointer {
        var payload: OpaquePointer?
        var data: UnsafeMutableRawPointer?
        let size = text.utf8.count
        try #require(backstage_payload_create(stage.engine, size, &payload, &data) == ok)
        try #require(data).copyMemory(from: Array(text.utf8), byteCount: size)
        #expect(backstage_payload_data(payload) == data)
        #expect(backstage_payload_size(payload) == size)
        return try #require(payload)
    }

    @Test func isHandedOverFromHandToHand() throws {
        let stage = try Stage()
        let role = Role()
        var places: [UnsafeRawPointer?] = []
        role.onReceive = { _, envelope in
            places.append(envelope.pointee.payload)
            return ok
        }
        let actor = try stage.spawn(role, id: "a")
        let context = try stage.context(actor)
        #expect(backstage_subscribe(context, "a") == ok)
        let text = String(repeating: "many bytes ", count: 1000)
        let payload = try make(stage, text)
        for _ in 0..<2 { #expect(backstage_payload_retain(payload) == ok) }
        #expect(backstage_send_payload(context, actor, payload) == ok)
        #expect(backstage_engine_send_payload(stage.engine, actor, payload) == ok)
        var receivers: UInt32 = 0
        #expect(backstage_publish_payload(context, nil, payload, &receivers) == ok)
        #expect(receivers == 1)
        #expect(stage.run() == ok)
        #expect(role.texts == [text, text, text])
        // Nothing was copied on the way.
        #expect(Set(places).count == 1)
    }

    @Test func wrappedMemoryComesBackToItsOwner() throws {
        let stage = try Stage()
        let role = Role()
        let actor = try stage.spawn(role)
        var freed = 0
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0x77, count: 100)
        try withUnsafeMutablePointer(to: &freed) { freed in
            var payload: OpaquePointer?
            let status = backstage_payload_wrap(
                stage.engine, memory, 100,
                { memory, size, freed in
                    freed!.assumingMemoryBound(to: Int.self).pointee += size
                    memory!.deallocate()
                }, freed, &payload)
            try #require(status == ok)
            #expect(backstage_payload_data(payload) == memory)
            #expect(backstage_engine_send_payload(stage.engine, actor, payload) == ok)
            #expect(freed.pointee == 0)
            #expect(stage.run() == ok)
            #expect(freed.pointee == 100)
        }
        #expect(role.texts == [String(repeating: "w", count: 100)])
    }

    /// Kept in a callback, it is still there when the engine is not.
    @Test func outlivesItsEngine() throws {
        var kept: OpaquePointer?
        do {
            let stage = try Stage()
            let role = Role()
            role.onReceive = { backstage_envelope_payload($0, $1, &kept) }
            let actor = try stage.spawn(role)
            #expect(
                backstage_engine_send_payload(stage.engine, actor, try make(stage, "remember this")) == ok)
            #expect(stage.run() == ok)
        }
        let data = try #require(backstage_payload_data(kept))
        let bytes = UnsafeRawBufferPointer(start: data, count: backstage_payload_size(kept))
        #expect(String(decoding: bytes, as: UTF8.self) == "remember this")
        #expect(backstage_payload_release(kept) == ok)
    }

    @Test func thereIsNothingInNull() {
        #expect(backstage_payload_data(nil) == nil)
        #expect(backstage_payload_size(nil) == 0)
        #expect(backstage_payload_retain(nil) == backstage_status(BACKSTAGE_INVALID_ARGUMENT))
        #expect(backstage_payload_release(nil) == backstage_status(BACKSTAGE_INVALID_ARGUMENT))
    }
}
