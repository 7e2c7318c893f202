import Backstage
import Testing

/// What becomes of a message that its actor sets aside.
struct StashedValueTests {
    /// Sets aside what it gets until number 9 comes, which takes all back.
    private struct Door<Message: Cargo>: Actor {
        let seen: Notes<Int>
        var isOpen = false

        mutating func receive(_ message: Message, _ context: Context<Message>) throws {
            #expect(message.isWhole)
            if message.number == 9 {
                isOpen = true
                try context.unstash()
            } else if !isOpen {
                return try context.stash()
            }
            seen.add(message.number)
        }
    }

    @Test(arguments: forms) func comesBackInItsOrder(_ form: Form) throws { try back(form.type) }

    private func back<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let door = try voyage.engine.spawn { [seen = voyage.seen] in Door<Message>(seen: seen) }
            for number in 0..<5 { try door.send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(try voyage.engine.statistics(of: door).stashed == 5)
            #expect(voyage.census.alive == 5)
            for number in [9, 10] { try door.send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(voyage.seen.all == [9, 0, 1, 2, 3, 4, 10])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func diesWithItsActor(_ form: Form) throws {
        try dies(form.type, .ended)
    }

    @Test(arguments: forms) func diesWithTheEngine(_ form: Form) throws {
        try dies(form.type, .engineEnded)
    }

    private func dies<Message: Cargo>(_ type: Message.Type, _ reason: DeadLetter.Reason) throws {
        try withVoyage(type) { voyage in
            let door = try voyage.engine.spawn { [seen = voyage.seen] in Door<Message>(seen: seen) }
            for number in 0..<3 { try door.send(voyage.cargo(number)) }
            try voyage.settle()
            for number in 3..<5 { try door.send(voyage.cargo(number)) }
            if reason == .engineEnded {
                try voyage.close()
            } else {
                try door.stop()
                try voyage.settle()
            }
            #expect(voyage.dead.all == (0..<5).map { .init(reason, $0) })
            #expect(voyage.seen.all.isEmpty)
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func isADeadLetterIfItsCallbackFails(_ form: Form) throws { try fails(form.type) }

    private func fails<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let actor = try voyage.engine.spawn { (message: Message, context) in
                try context.stash()
                if message.number == 1 { throw Oops() }
            }
            for number in 0..<3 { try actor.send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(voyage.dead.all == [.init(.failed, 1), .init(.ended, 0), .init(.ended, 2)])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func comesBackAfterARestart(_ form: Form) throws { try restarts(form.type) }

    /// The first to be stashes 0 to 2 and fails on 3; the next handles what there is.
    private func restarts<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let (seen, lives) = (voyage.seen, Notes<Int>())
            let child = Notes<ActorRef<Message>>()
            let parent = try voyage.engine.spawn(
                options: ActorOptions(supervision: Supervision())
            ) { (_: Int, context) in
                child.add(
                    try context.spawnChild {
                        lives.add(1)
                        return FirstLifeStashes<Message>(seen: seen, isFirst: lives.count == 1)
                    })
            }
            try parent.send(0)
            try voyage.settle()
            for number in 0..<5 { try child.all[0].send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(lives.count == 2)
            #expect(seen.all == [0, 1, 2, 4])
            #expect(voyage.dead.all == [.init(.failed, 3)])
            #expect(voyage.census.alive == 0)
        }
    }

    private struct FirstLifeStashes<Message: Cargo>: Actor {
        let seen: Notes<Int>
        let isFirst: Bool

        mutating func receive(_ message: Message, _ context: Context<Message>) throws {
            #expect(message.isWhole)
            if isFirst {
                if message.number == 3 { throw Oops() }
                return try context.stash()
            }
            seen.add(message.number)
        }
    }

    @Test(arguments: forms) func isWholeThoughItsRingIsGone(_ form: Form) throws { try outgrown(form.type) }

    private func outgrown<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let (seen, make) = (voyage.seen, voyage.maker)
            let actor = try voyage.engine.spawn { (message: Message, context) in
                #expect(message.isWhole)
                if message.number == 0, context.sender == nil {
                    for number in 1...100 { try context.ref.send(make(number)) }
                    return try context.stash()
                }
                if message.number == 100 { try context.unstash() }
                context.become { message, _ in
                    #expect(message.isWhole)
                    seen.add(message.number)
                }
                seen.add(message.number)
            }
            try actor.send(voyage.cargo(0))
            try voyage.settle()
            #expect(seen.all == Array(1...100))
            #expect(voyage.census.alive == 1)
            try actor.stop()
            try voyage.settle()
            #expect(voyage.dead.all == [.init(.ended, 0)])
        }
    }

    @Test(arguments: forms) func mayBeAPublication(_ form: Form) throws { try publication(form.type) }

    private func publication<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let topic = Topic<Message>(of: "press")
            try voyage.engine.spawn("press") { (_: Int, _) in }
            let reader = try voyage.engine.spawn { [seen = voyage.seen] in
                Subscriber(topic: topic, door: Door<Message>(seen: seen))
            }
            try voyage.settle()
            for number in 0..<3 { try voyage.engine.publish(voyage.cargo(number), on: topic) }
            try voyage.settle()
            #expect(voyage.census.alive == 3)
            #expect(try voyage.engine.statistics(of: reader).stashed == 3)
            try reader.send(voyage.cargo(9))
            try voyage.settle()
            #expect(voyage.seen.all == [9, 0, 1, 2])
            #expect(voyage.dead.all.isEmpty)
            #expect(voyage.census.alive == 0)
        }
    }

    private struct Subscriber<Message: Cargo>: Actor {
        let topic: Topic<Message>
        var door: Door<Message>

        mutating func started(_ context: Context<Message>) throws { try context.subscribe(to: topic) }

        mutating func receive(_ message: Message, _ context: Context<Message>) throws {
            try door.receive(message, context)
        }
    }

    @Test(arguments: forms) func mayBeShared(_ form: Form) throws { try shared(form.type) }

    /// A broadcast that one actor sets aside and another handles.
    private func shared<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let door = try voyage.engine.spawn { [seen = voyage.seen] in Door<Message>(seen: seen) }
            _ = try voyage.sink()
            #expect(try voyage.engine.broadcast(voyage.cargo(1)) == 2)
            try voyage.settle()
            #expect(voyage.census.alive == 1)
            #expect(try voyage.engine.broadcast(voyage.cargo(9)) == 2)
            try voyage.settle()
            #expect(voyage.seen.all.sorted() == [1, 1, 9, 9])
            #expect(voyage.census.alive == 0)
            try door.stop()
            try voyage.settle()
        }
    }
}
