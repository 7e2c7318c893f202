import CBackstage
import Testing

struct RequestStoryTests {
    /// A server that is found by its id, and answers later.
    @Test func aRequestIsAnsweredLater() throws {
        let stage = try Stage()
        let (asker, server) = (Role(), Role())
        var handle = backstage_reply_handle()
        server.onReceive = { context, envelope in
            if envelope.text != "now" { return backstage_envelope_reply_handle(envelope, &handle) }
            let wrong = backstage_envelope_reply_handle(envelope, &handle)
            #expect(wrong == backstage_status(BACKSTAGE_INVALID_ARGUMENT))
            return backstage_reply_later(context, &handle, "yes", 3)
        }
        let serverRef = try stage.spawn(server, id: "server")
        let askerRef = try stage.spawn(asker)
        let context = try stage.context(askerRef)
        var token: UInt64 = 0
        #expect(backstage_request_to_id(context, "server", "ready?", 6, -1, &token) == ok)
        #expect(stage.run() == ok)
        #expect(handle.sender == askerRef && handle.token == token)
        #expect(asker.seen == [])
        stage.send("now", to: serverRef)
        #expect(stage.run() == ok)
        #expect(asker.seen == [Role.Message(type: BACKSTAGE_REPLY, sender: serverRef, text: "yes")])
        let again = backstage_reply_later(try stage.context(serverRef), &handle, nil, 0)
        #expect(again == backstage_status(BACKSTAGE_NOT_WAITING))
    }

    /// To an id that nobody has: each is told so, once.
    @Test func nobodyIsThere() throws {
        let stage = try Stage()
        let role = Role()
        var (statuses, reasons): ([backstage_status], [backstage_reason]) = ([], [])
        role.onReceive = { _, envelope in
            if Int(envelope.pointee.type) == BACKSTAGE_FAILURE {
                statuses.append(envelope.event(as: backstage_failure.self).status)
            } else {
                reasons.append(envelope.event(as: backstage_termination.self).reason)
            }
            return ok
        }
        let context = try stage.context(try stage.spawn(role))
        var (token, found) = (UInt64(), backstage_ref(7))
        #expect(backstage_request_to_id(context, "nobody", nil, 0, -1, &token) == ok)
        #expect(backstage_monitor_id(context, "nobody", &found) == ok)
        #expect(stage.run() == ok)
        #expect(statuses == [backstage_status(BACKSTAGE_NOT_FOUND)])
        #expect(reasons == [backstage_reason(BACKSTAGE_REASON_NOT_FOUND)])
        #expect(found == BACKSTAGE_NONE && role.seen.map(\.sender) == [0, 0])
    }

    @Test func anIdIsMonitored() throws {
        let stage = try Stage()
        let watcher = Role()
        let context = try stage.context(try stage.spawn(watcher))
        let actor = try stage.spawn(Role(), id: "watched")
        var found: backstage_ref = 0
        #expect(backstage_monitor_id(context, "watched", &found) == ok)
        #expect(found == actor)
        let again = backstage_monitor_id(context, "watched", nil)
        #expect(again == backstage_status(BACKSTAGE_EXISTS))
        #expect(backstage_stop(context, actor) == ok)
        #expect(stage.run() == ok)
        #expect(watcher.seen.map(\.sender) == [actor])
    }

    /// Code outside any actor asks, and the engine runs until it is answered.
    @Test func requestsFromOutside() throws {
        let stage = try Stage()
        let server = Role()
        server.onReceive = { context, envelope in
            envelope.text == "hush" ? ok : backstage_reply(context, envelope, "world", 5)
        }
        let ref = try stage.spawn(server, id: "server")
        var replies: [OpaquePointer?] = [nil, nil, nil]
        #expect(backstage_engine_request(stage.engine, ref, "hello", 5, -1, &replies[0]) == ok)
        #expect(backstage_engine_request_to_id(stage.engine, "server", "hello", 5, -1, &replies[1]) == ok)
        for reply in replies.prefix(2) {
            let bytes = UnsafeRawBufferPointer(
                start: backstage_payload_data(reply), count: backstage_payload_size(reply))
            #expect(String(decoding: bytes, as: UTF8.self) == "world")
            #expect(backstage_payload_release(reply) == ok)
        }
        let late = backstage_engine_request(stage.engine, ref, "hush", 4, 1_000, &replies[2])
        #expect(late == backstage_status(BACKSTAGE_TIMEOUT))
        let nobody = backstage_engine_request_to_id(stage.engine, "nobody", nil, 0, -1, &replies[2])
        #expect(nobody == backstage_status(BACKSTAGE_NOT_FOUND))
        #expect(replies[2] == nil)
        #expect(server.seen.allSatisfy { $0.type == BACKSTAGE_REQUEST && $0.sender == BACKSTAGE_NONE })
    }
}
