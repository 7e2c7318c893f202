import Backstage
import Testing

/// What becomes of messages that wait when their actor, or the engine, ends.
struct EndedValueTests {
    @Test(arguments: forms) func dieWithAStop(_ form: Form) throws {
        try ended(form.type, .ended) { try $0.stop() }
    }

    @Test(arguments: forms) func dieWithADrainThatTakesNoTime(_ form: Form) throws {
        try ended(form.type, .ended) { try $0.drain(timeout: .zero) }
    }

    private func ended<Message: Cargo>(
        _ type: Message.Type, _ reason: DeadLetter.Reason, _ end: (AnyActorRef) throws -> Void
    ) throws {
        try withVoyage(type) { voyage in
            let sink = try voyage.sink()
            for number in 0..<3 { try sink.send(voyage.cargo(number)) }
            try end(sink.erased)
            expect(.ending) { try sink.send(voyage.cargo(8)) }
            #expect(voyage.census.alive == 3)
            try voyage.settle()
            #expect(voyage.dead.all == (0..<3).map { .init(reason, $0) })
            #expect(voyage.seen.all.isEmpty)
            #expect(voyage.census.alive == 0)
            expect(.notFound) { try sink.send(voyage.cargo(9)) }
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func areHandledBeforePoison(_ form: Form) throws { try poisoned(form.type) }

    private func poisoned<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let sink = try voyage.sink()
            for number in 0..<3 { try sink.send(voyage.cargo(number)) }
            try sink.poison()
            expect(.ending) { try sink.send(voyage.cargo(8)) }
            try voyage.settle()
            #expect(voyage.seen.all == [0, 1, 2])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func dieWithAShutdown(_ form: Form) throws { try shutDown(form.type) }

    private func shutDown<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let seen = voyage.seen
            let actor = try voyage.engine.spawn { (message: Message, context) in
                seen.add(message.number)
                try context.shutdown()
            }
            for number in 0..<3 { try actor.send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(seen.all == [0])
            #expect(voyage.dead.all == [.init(.ended, 1), .init(.ended, 2)])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func dieWithAParent(_ form: Form) throws { try orphaned(form.type) }

    private func orphaned<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let children = Notes<ActorRef<Message>>()
            let parent = try voyage.engine.spawn { (_: Int, context) in
                children.add(try context.spawnChild { (_: Message, _) in })
            }
            try parent.send(0)
            try voyage.settle()
            // The parent has its turn first, and ends the child in it.
            try parent.stop()
            for number in 1..<4 { try children.all[0].send(voyage.cargo(number)) }
            try voyage.settle()
            #expect(voyage.dead.all == (1..<4).map { .init(.ended, $0) })
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func dieWithTheEngine(_ form: Form) throws { try closed(form.type) }

    private func closed<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let sink = try voyage.sink()
            for number in 0..<3 { try sink.send(voyage.cargo(number)) }
            try voyage.close()
            #expect(voyage.dead.all == (0..<3).map { .init(.engineEnded, $0) })
            #expect(voyage.census.alive == 0)
            expect(.closed) { try sink.send(voyage.cargo(9)) }
        }
    }

    @Test(arguments: forms) func dieWithAnEngineThatNobodyHolds(_ form: Form) throws {
        try dropped(form.type)
    }

    private func dropped<Message: Cargo>(_ type: Message.Type) throws {
        let (census, dead) = (Census(), Notes<Int?>())
        var engine: Engine? = try Engine(
            EngineOptions(deadLetter: { dead.add(($0.message as? Message)?.number) }))
        let sink = try #require(try engine?.spawn { (_: Message, _) in })
        for number in 0..<3 {
            let token = Token(number, census)
            try sink.send(token as? Message ?? Message(token))
        }
        #expect(census.alive == 3)
        engine = nil
        #expect(dead.all == [0, 1, 2])
        #expect(census.alive == 0)
        expect(.closed) { try sink.send(Token(9, census) as? Message ?? Message(Token(9, census))) }
        #expect(census.alive == 0)
    }

    @Test(arguments: forms) func areRefusedForAStaleRef(_ form: Form) throws {
        try stale(form.type)
    }

    /// Of many actors that take each other's place, a ref names the first alone.
    private func stale<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let first = try voyage.sink()
            try first.stop()
            try voyage.settle()
            for number in 0..<20 {
                let next = try voyage.sink()
                #expect(next != first)
                expect(.notFound) { try first.send(voyage.cargo(number)) }
                try next.send(voyage.cargo(100 + number))
                try next.poison()
                try voyage.settle()
            }
            #expect(voyage.seen.all == Array(100..<120))
            #expect(voyage.census.alive == 0)
        }
    }
}
