import Backstage
import Testing

/// What becomes of a message that is handled.
struct HandledValueTests {
    @Test(arguments: forms) func isDestroyedOnceHandled(_ form: Form) throws { try handled(form.type) }

    private func handled<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let sink = try voyage.sink()
            for number in 0..<5 { try sink.send(voyage.cargo(number)) }
            #expect(voyage.census.alive == 5)
            try voyage.settle()
            #expect(voyage.seen.all == [0, 1, 2, 3, 4])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func isPassedOn(_ form: Form) throws { try passedOn(form.type) }

    private func passedOn<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let sink = try voyage.sink()
            let relay = try voyage.engine.spawn { (message: Message, context) in
                // A copy first, and then itself.
                try sink.send(message)
                try sink.send(message)
            }
            for number in 0..<4 { try relay.send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(voyage.seen.all == [0, 0, 1, 1, 2, 2, 3, 3])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func outlivesItsRing(_ form: Form) throws { try outgrown(form.type) }

    /// The actor sends itself so much that its inbox moves, with the first message in hand.
    private func outgrown<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let seen = voyage.seen
            let make = voyage.maker
            let actor = try voyage.engine.spawn { (message: Message, context) in
                if message.number == 0 {
                    for number in 1...300 { try context.ref.send(make(number)) }
                }
                #expect(message.isWhole)
                seen.add(message.number)
            }
            try actor.send(voyage.cargo(0))
            try voyage.settle()
            #expect(seen.all == Array(0...300))
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func livesWhileItsActorKeepsIt(_ form: Form) throws { try kept(form.type) }

    private struct Keeper<Message: Cargo>: Actor {
        var kept: [Message] = []
        mutating func receive(_ message: Message, _ context: Context<Message>) { kept.append(message) }
    }

    private func kept<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let keeper = try voyage.engine.spawn { Keeper<Message>() }
            for number in 0..<3 { try keeper.send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(voyage.census.alive == 3)
            try keeper.stop()
            try voyage.settle()
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func manyLeaveNothingBehind(_ form: Form) throws { try many(form.type) }

    private func many<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let sink = try voyage.sink()
            for round in 0..<20 {
                for number in 0..<100 { try sink.send(voyage.cargo(round * 100 + number)) }
                try voyage.settle()
                #expect(voyage.census.alive == 0)
            }
            #expect(voyage.seen.all == Array(0..<2000))
        }
    }
}
