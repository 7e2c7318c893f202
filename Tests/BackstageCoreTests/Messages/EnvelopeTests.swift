import CBackstage
import Testing

@testable import BackstageCore

struct EnvelopeTests {
    private func withEnvelopes(_ count: Int, _ body: (Envelope) throws -> Void) rethrows {
        let first = Envelope.allocate(capacity: count)
        first.initialize(repeating: backstage_envelope(), count: count)
        defer { first.deallocate() }
        try body(first)
    }

    @Test func aShortPayloadMovesWithItsEnvelope() {
        withEnvelopes(2) { envelopes in
            let bytes = (0..<32).map { UInt8($0) }
            envelopes[0].reserved = 0xFFFF
            envelopes.begin(MessageType.request, from: 7, token: 9, size: 32)
            copyShort(envelopes.inlined, bytes, 32)
            (envelopes + 1).take(envelopes)
            #expect(envelopes[1].payload == UnsafeRawPointer((envelopes + 1).inlined))
            #expect((envelopes + 1).bytes == bytes)
            #expect(envelopes[1].sender == 7 && envelopes[1].token == 9 && envelopes[1].reserved == 0)
            #expect(envelopes[1].type == MessageType.request)
        }
    }

    @Test func aLongPayloadStaysWhereItIs() throws {
        try withEngine { engine in
            let block = try #require(engine.makeBlock(100))
            withEnvelopes(2) { envelopes in
                envelopes.begin(MessageType.send, from: 0, token: 0, size: 100)
                envelopes.carry(block)
                (envelopes + 1).take(envelopes)
                #expect(envelopes[1].payload == UnsafeRawPointer(block.pointee.bytes))
                #expect((envelopes + 1).block == block)
                #expect(envelopes[1].reserved == Carries.block)
            }
            engine.release(block)
        }
    }

    @Test func composingRefusesWhatIsNoPayload() throws {
        try withEngine({ $0.payload_bytes_max = 100 }) { engine in
            let bytes = [UInt8](repeating: 1, count: 101)
            #expect(engine.compose(MessageType.send, from: 0, bytes, 101) == .payloadTooLarge)
            #expect(engine.compose(MessageType.send, from: 0, bytes, -1) == .payloadTooLarge)
            #expect(engine.compose(MessageType.send, from: 0, nil, 1) == .invalidArgument)
            #expect(engine.compose(MessageType.send, from: 0, nil, 0) == .ok)
            #expect(engine.pointee.outbox.pointee.payload != nil)
            #expect(engine.compose(MessageType.send, from: 0, bytes, 100) == .ok)
            engine.discard(engine.pointee.outbox)
        }
    }

    /// 32 bytes travel inside, 33 do not, and none of either is lost.
    @Test(arguments: 0...40)
    func composingKeepsEveryByte(_ size: Int) throws {
        try withEngine { engine in
            let bytes = (0..<size).map { UInt8($0 + 1) }
            #expect(engine.compose(MessageType.send, from: 3, bytes, size) == .ok)
            let message = engine.pointee.outbox
            #expect(message.bytes == bytes)
            #expect((message.pointee.reserved & Carries.block != 0) == (size > 32))
            #expect(UInt(bitPattern: message.pointee.payload) % 16 == 0)
            engine.discard(message)
        }
    }
}
