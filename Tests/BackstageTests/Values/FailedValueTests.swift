import Backstage
import Testing

/// What becomes of a message that its actor failed on: a dead letter with the message in it.
struct FailedValueTests {
    @Test(arguments: forms) func isADeadLetter(_ form: Form) throws { try failed(form.type) }

    private func failed<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let actor = try voyage.engine.spawn { (message: Message, _) in
                if message.number == 1 { throw Oops() }
            }
            for number in 0..<3 { try actor.send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(voyage.dead.all == [.init(.failed, 1), .init(.ended, 2)])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func isADeadLetterInABehavior(_ form: Form) throws { try behavior(form.type) }

    private func behavior<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let actor = try voyage.engine.spawn { (message: Message, context) in
                context.become { _, _ in throw Oops() }
            }
            for number in 0..<3 { try actor.send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(voyage.dead.all == [.init(.failed, 1), .init(.ended, 2)])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func isADeadLetterThoughItsRingIsGone(_ form: Form) throws {
        try outgrown(form.type)
    }

    private func outgrown<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let make = voyage.maker
            let actor = try voyage.engine.spawn { (message: Message, context) in
                for number in 1...100 { try context.ref.send(make(number)) }
                throw Oops()
            }
            try actor.send(voyage.cargo(0))
            try voyage.settle()
            #expect(voyage.dead.all == [.init(.failed, 0)] + (1...100).map { .init(.ended, $0) })
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func isNotDestroyedUnderWhoKeptIt(_ form: Form) throws { try kept(form.type) }

    private func kept<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let kept = Notes<Message>()
            let actor = try voyage.engine.spawn { (message: Message, _) in
                kept.add(message)
                throw Oops()
            }
            try actor.send(voyage.cargo(5))
            try voyage.settle()
            #expect(voyage.dead.all == [.init(.failed, 5)])
            #expect(voyage.census.alive == 1)
            #expect(kept.all.map(\.number) == [5] && kept.all.allSatisfy(\.isWhole))
            kept.clear()
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms, [Supervision.Directive.restart, .resume])
    func isTheOnlyOneLost(_ form: Form, _ directive: Supervision.Directive) throws {
        try supervised(form.type, directive)
    }

    /// The rest of the inbox waits for the restart.
    private func supervised<Message: Cargo>(_ type: Message.Type, _ directive: Supervision.Directive) throws {
        try withVoyage(type) { voyage in
            let seen = voyage.seen
            let options = ActorOptions(supervision: Supervision(onFailure: directive))
            let child = Notes<ActorRef<Message>>()
            let parent = try voyage.engine.spawn(options: options) { (_: Int, context) in
                let ref = try context.spawnChild { (message: Message, _) in
                    if message.number == 1 { throw Oops() }
                    seen.add(message.number)
                }
                child.add(ref)
            }
            try parent.send(0)
            try voyage.settle()
            for number in 0..<4 { try child.all[0].send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(seen.all == [0, 2, 3])
            #expect(voyage.dead.all == [.init(.failed, 1)])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func waitsForARestart(_ form: Form) throws { try backoff(form.type) }

    /// Closed while its actor waits to restart.
    private func backoff<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let backoff = Supervision.Backoff(from: .seconds(1))
            let child = Notes<ActorRef<Message>>()
            let parent = try voyage.engine.spawn(
                options: ActorOptions(supervision: Supervision(backoff: backoff))
            ) { (_: Int, context) in
                child.add(try context.spawnChild { (_: Message, _) in throw Oops() })
            }
            try parent.send(0)
            try voyage.settle()
            for number in 0..<3 { try child.all[0].send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(voyage.dead.all == [.init(.failed, 0)])
            #expect(voyage.census.alive == 2)
            try voyage.close()
            #expect(voyage.dead.all.dropFirst() == [.init(.engineEnded, 1), .init(.engineEnded, 2)])
        }
    }
}
