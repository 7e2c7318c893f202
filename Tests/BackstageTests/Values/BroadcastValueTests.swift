import Backstage
import Testing

/// What becomes of a message that several actors are to have.
struct BroadcastValueTests {
    @Test(arguments: forms, [0, 1, 2, 40])
    func isDestroyedAfterTheLast(_ form: Form, _ count: Int) throws { try last(form.type, count) }

    private func last<Message: Cargo>(_ type: Message.Type, _ count: Int) throws {
        try withVoyage(type) { voyage in
            for _ in 0..<count { _ = try voyage.sink() }
            for number in 0..<3 {
                #expect(try voyage.engine.broadcast(voyage.cargo(number)) == count)
            }
            #expect(voyage.census.alive == (count == 0 ? 0 : 3))
            try voyage.settle()
            let expected = (0..<3).flatMap { Array(repeating: $0, count: count) }
            #expect(voyage.seen.all.sorted() == expected)
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func reachesItsSenderToo(_ form: Form) throws { try sender(form.type) }

    private func sender<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let (seen, make) = (voyage.seen, voyage.maker)
            _ = try voyage.sink()
            let actor = try voyage.engine.spawn { (message: Message, context) in
                seen.add(message.number)
                if message.number != 0 { return }
                let reached = try context.broadcast(make(1))
                #expect(reached == 2)
            }
            try actor.send(voyage.cargo(0))
            try voyage.settle()
            #expect(seen.all == [0, 1, 1])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func diesForSome(_ form: Form) throws { try some(form.type) }

    /// One inbox is full, one actor is stopped, one fails, and one handles the message.
    private func some<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let full = try voyage.sink(nil, ActorOptions(capacity: 1))
            try full.send(voyage.cargo(0))
            let stopped = try voyage.sink()
            _ = try voyage.engine.spawn { (message: Message, _) in throw Oops() }
            _ = try voyage.sink()
            #expect(try voyage.engine.broadcast(voyage.cargo(1)) == 3)
            try stopped.stop()
            try voyage.settle()
            #expect(voyage.seen.all.sorted() == [0, 1])
            #expect(voyage.dead.count == 3)
            for reason in [DeadLetter.Reason.inboxFull, .ended, .failed] {
                #expect(voyage.dead.all.contains(.init(reason, 1)))
            }
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func diesWithTheEngine(_ form: Form) throws { try closed(form.type) }

    private func closed<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            for _ in 0..<5 { _ = try voyage.sink() }
            try voyage.engine.broadcast(voyage.cargo(4))
            try voyage.close()
            #expect(voyage.dead.all == Array(repeating: .init(.engineEnded, 4), count: 5))
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func isDestroyedIfTooLarge(_ form: Form) throws { try tooLarge(form.type) }

    private func tooLarge<Message: Cargo>(_ type: Message.Type) throws {
        guard MemoryLayout<Message>.size > 32 else { return }
        try withVoyage(type, EngineOptions(payloadBytesMax: 32)) { voyage in
            let sink = try voyage.sink()
            expect(.payloadTooLarge) { try voyage.engine.broadcast(voyage.cargo(0)) }
            expect(.payloadTooLarge) { try sink.send(voyage.cargo(0)) }
            #expect(voyage.census.alive == 0)
        }
    }
}
