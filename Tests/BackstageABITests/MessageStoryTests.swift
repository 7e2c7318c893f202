import CBackstage
import Testing

struct MessageStoryTests {
    @Test func everyWayToSendArrives() throws {
        let stage = try Stage()
        let role = Role()
        let actor = try stage.spawn(role, id: "a", kind: "k")
        let sender = try stage.spawn(Role())
        let context = try stage.context(sender)
        var receivers: UInt32 = 0
        #expect(backstage_send(context, actor, "1", 1) == ok)
        #expect(backstage_send_to_id(context, "a", "2", 1) == ok)
        #expect(backstage_broadcast(context, "k", "3", 1, &receivers) == ok)
        #expect(receivers == 1)
        #expect(backstage_engine_send(stage.engine, actor, "4", 1) == ok)
        #expect(backstage_engine_send_to_id(stage.engine, "a", "5", 1) == ok)
        #expect(backstage_engine_broadcast(stage.engine, "k", "6", 1) == ok)
        #expect(stage.run() == ok)
        #expect(role.texts == ["1", "2", "3", "4", "5", "6"])
        #expect(role.seen.map(\.sender) == [sender, sender, sender, 0, 0, 0])
        #expect(role.seen.allSatisfy { $0.type == BACKSTAGE_SEND })
        let statistics = stage.statistics(of: actor)
        #expect(statistics.handled == 6 && statistics.queued == 0 && statistics.queued_max == 6)
    }

    @Test func aForwardedMessageKeepsItsSender() throws {
        let stage = try Stage()
        let (first, last) = (Role(), Role())
        let lastRef = try stage.spawn(last)
        first.onReceive = { backstage_forward($0, $1, lastRef) }
        let firstRef = try stage.spawn(first)
        let sender = try stage.spawn(Role())
        let text = String(repeating: "long ", count: 100)
        #expect(backstage_send(try stage.context(sender), firstRef, text, text.utf8.count) == ok)
        #expect(stage.run() == ok)
        #expect(last.seen == [Role.Message(type: BACKSTAGE_SEND, sender: sender, text: text)])
    }

    /// One request is answered, one is not in time.
    @Test func requestsAreAnsweredOrFail() throws {
        let stage = try Stage()
        let (asker, server) = (Role(), Role())
        server.onReceive = { context, envelope in
            envelope.text == "hello" ? backstage_reply(context, envelope, "world", 5) : ok
        }
        var tokens: [UInt64] = []
        var failures: [backstage_status] = []
        asker.onReceive = { _, envelope in
            tokens.append(envelope.pointee.token)
            if Int(envelope.pointee.type) == BACKSTAGE_FAILURE {
                failures.append(envelope.event(as: backstage_failure.self).status)
            }
            return ok
        }
        let serverRef = try stage.spawn(server)
        let askerRef = try stage.spawn(asker)
        let context = try stage.context(askerRef)
        var asked: [UInt64] = [0, 0]
        #expect(backstage_request(context, serverRef, "hello", 5, -1, &asked[0]) == ok)
        #expect(backstage_request(context, serverRef, "silence", 7, 1_000, &asked[1]) == ok)
        #expect(stage.run() == ok)
        #expect(asker.seen == [Role.Message(type: BACKSTAGE_REPLY, sender: serverRef, text: "world")])
        stage.advance(1_000)
        #expect(tokens == asked)
        #expect(failures == [backstage_status(BACKSTAGE_TIMEOUT)])
        #expect(server.seen.map(\.sender) == [askerRef, askerRef])
    }

    @Test func whatNobodyHandledIsADeadLetter() throws {
        final class Dead { var letters: [(backstage_ref, Int, String)] = [] }
        let dead = Dead()
        let stage = try Stage { options in
            options.dead_letter = { _, receiver, envelope, reason, state in
                Unmanaged<Dead>.fromOpaque(state!).takeUnretainedValue()
                    .letters.append((receiver, Int(reason), envelope!.text))
            }
            options.dead_letter_state = Unmanaged.passUnretained(dead).toOpaque()
        }
        let actor = try stage.spawn(Role())
        #expect(backstage_engine_send(stage.engine, actor, "too late", 8) == ok)
        #expect(backstage_shutdown(try stage.context(actor)) == ok)
        #expect(stage.run() == ok)
        #expect(dead.letters.map(\.0) == [actor])
        #expect(dead.letters.map(\.1) == [BACKSTAGE_DEAD_ENDED])
        #expect(dead.letters.map(\.2) == ["too late"])
        withExtendedLifetime(dead) {}
    }
}
