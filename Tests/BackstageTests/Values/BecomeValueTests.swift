import Backstage
import Testing

/// Messages of an actor that changes how it receives, and what its behaviors hold.
struct BecomeValueTests {
    @Test(arguments: forms) func behaviorsAreGivenMessagesWhole(_ form: Form) throws { try given(form.type) }

    private func given<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let seen = voyage.seen
            let actor = try voyage.engine.spawn { (message: Message, context) in
                #expect(message.isWhole)
                seen.add(message.number)
                context.become { message, context in
                    #expect(message.isWhole)
                    seen.add(message.number * 10)
                    context.unbecome()
                }
            }
            for number in 1..<6 { try actor.send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(seen.all == [1, 20, 3, 40, 5])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func aBehaviorIsLetGo(_ form: Form) throws { try letGo(form.type) }

    /// Each behavior holds the message that it began with, until the next, or the end.
    private func letGo<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let seen = voyage.seen
            let actor = try voyage.engine.spawn { (message: Message, context) in
                become(after: message, seen, context)
            }
            for number in 0..<4 { try actor.send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(seen.all == [0, 1, 2])
            #expect(voyage.census.alive == 1)
            try actor.stop()
            try voyage.settle()
            #expect(voyage.census.alive == 0)
        }
    }

    private func become<Message: Cargo>(
        after kept: Message, _ seen: Notes<Int>, _ context: Context<Message>
    ) {
        context.become { message, context in
            #expect(kept.isWhole && message.isWhole)
            seen.add(kept.number)
            become(after: message, seen, context)
        }
    }

    @Test(arguments: forms) func aRestartLetsABehaviorGo(_ form: Form) throws { try restart(form.type) }

    private func restart<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let (seen, child) = (voyage.seen, Notes<ActorRef<Message>>())
            let options = ActorOptions(supervision: Supervision())
            let parent = try voyage.engine.spawn(options: options) { (_: Int, context) in
                let ref = try context.spawnChild { (message: Message, context: Context<Message>) in
                    seen.add(message.number)
                    context.become { _, _ in
                        #expect(message.isWhole)
                        throw Oops()
                    }
                }
                child.add(ref)
            }
            try parent.send(0)
            try voyage.settle()
            for number in 0..<3 { try child.all[0].send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(seen.all == [0, 2])
            #expect(voyage.dead.all == [.init(.failed, 1)])
            #expect(voyage.census.alive == 1)
        }
    }
}
