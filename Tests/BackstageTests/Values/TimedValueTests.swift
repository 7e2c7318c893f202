import Backstage
import Testing

/// What becomes of the messages of timers.
struct TimedValueTests {
    /// Starts timers on the orders of a test.
    private struct Clock<Message: Cargo>: Actor {
        enum Order: Carrier {
            case after(Message)
            case every(Message)
            case idle(Message)
            case cancel
            case fail
            case rang(Message)

            var cargo: (any Cargo)? {
                switch self {
                case .after(let cargo), .every(let cargo), .idle(let cargo), .rang(let cargo): cargo
                case .cancel, .fail: nil
                }
            }
        }

        let seen: Notes<Int>
        var timers: [Timer] = []

        mutating func receive(_ order: Order, _ context: Context<Order>) throws {
            switch order {
            case .after(let message):
                timers.append(try context.after(.seconds(1), send: .rang(message)))
            case .every(let message):
                timers.append(try context.every(.seconds(1), send: .rang(message)))
            case .idle(let message): try context.receiveTimeout(.seconds(1), send: .rang(message))
            case .cancel:
                for timer in timers { context.cancel(timer) }
                try context.cancelReceiveTimeout()
            case .fail: throw Oops()
            case .rang(let message):
                #expect(message.isWhole)
                if message.number == 13 { throw Oops() }
                seen.add(message.number)
            }
        }
    }

    private func clock<Message>(_ voyage: Voyage<Message>) throws -> ActorRef<Clock<Message>.Order> {
        try voyage.engine.spawn { [seen = voyage.seen] in Clock<Message>(seen: seen) }
    }

    private func pass<Message>(_ voyage: Voyage<Message>, _ seconds: Int) throws {
        for _ in 0..<seconds {
            try voyage.engine.advance(by: .seconds(1))
            try voyage.settle()
        }
    }

    @Test(arguments: forms) func comesOnceAndIsDestroyed(_ form: Form) throws { try once(form.type) }

    private func once<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let clock = try clock(voyage)
            try clock.send(.after(voyage.cargo(1)))
            try voyage.settle()
            #expect(voyage.census.alive == 1)
            try pass(voyage, 3)
            #expect(voyage.seen.all == [1])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func comesAgainAndAgain(_ form: Form) throws { try repeatedly(form.type) }

    private func repeatedly<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let clock = try clock(voyage)
            try clock.send(.every(voyage.cargo(1)))
            try voyage.settle()
            try pass(voyage, 3)
            #expect(voyage.seen.all == [1, 1, 1])
            #expect(voyage.census.alive == 1)
            try clock.send(.cancel)
            try voyage.settle()
            #expect(voyage.census.alive == 0)
            try pass(voyage, 2)
            #expect(voyage.seen.count == 3)
        }
    }

    @Test(arguments: forms) func comesWhenNothingElseDoes(_ form: Form) throws { try idle(form.type) }

    private func idle<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let clock = try clock(voyage)
            try clock.send(.idle(voyage.cargo(1)))
            try voyage.settle()
            try pass(voyage, 2)
            #expect(voyage.seen.all == [1, 1])
            try clock.send(.idle(voyage.cargo(2)))
            try voyage.settle()
            #expect(voyage.census.alive == 1)
            try clock.send(.cancel)
            try voyage.settle()
            #expect(voyage.census.alive == 0)
        }
    }

    enum End: CaseIterable { case cancel, stop, fail, close }

    @Test(arguments: forms, End.allCases)
    func isDestroyedBeforeItIsDue(_ form: Form, _ end: End) throws { try undone(form.type, end) }

    private func undone<Message: Cargo>(_ type: Message.Type, _ end: End) throws {
        try withVoyage(type) { voyage in
            let clock = try clock(voyage)
            try clock.send(.after(voyage.cargo(1)))
            try clock.send(.every(voyage.cargo(2)))
            try clock.send(.idle(voyage.cargo(3)))
            try voyage.settle()
            #expect(voyage.census.alive == 3)
            switch end {
            case .cancel: try clock.send(.cancel)
            case .stop: try clock.stop()
            case .fail: try clock.send(.fail)
            case .close: try voyage.close()
            }
            if end != .close {
                try voyage.settle()
                try pass(voyage, 2)
            }
            #expect(voyage.seen.all.isEmpty)
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func isDestroyedThoughItsActorFailsOnIt(_ form: Form) throws {
        try failing(form.type)
    }

    /// An event's message is no dead letter: nobody sent it.
    private func failing<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let clock = try clock(voyage)
            try clock.send(.after(voyage.cargo(13)))
            try clock.send(.every(voyage.cargo(2)))
            try voyage.settle()
            try pass(voyage, 2)
            #expect(voyage.seen.all.isEmpty)
            #expect(voyage.dead.all.isEmpty)
            #expect(voyage.census.alive == 0)
            expect(.notFound) { try clock.send(.cancel) }
        }
    }

    @Test(arguments: forms) func doesNotSurviveARestart(_ form: Form) throws { try restart(form.type) }

    private func restart<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let (seen, child) = (voyage.seen, Notes<ActorRef<Clock<Message>.Order>>())
            let parent = try voyage.engine.spawn(
                options: ActorOptions(supervision: Supervision())
            ) { (_: Int, context) in
                child.add(try context.spawnChild { Clock<Message>(seen: seen) })
            }
            try parent.send(0)
            try voyage.settle()
            let clock = child.all[0]
            try clock.send(.after(voyage.cargo(1)))
            try clock.send(.every(voyage.cargo(2)))
            try clock.send(.idle(voyage.cargo(3)))
            try clock.send(.fail)
            try voyage.settle()
            #expect(voyage.census.alive == 0)
            try clock.send(.after(voyage.cargo(4)))
            try voyage.settle()
            try pass(voyage, 2)
            #expect(seen.all == [4])
        }
    }
}
