import Backstage
import Testing

/// What becomes of messages that ask, with a reply handle inside, and of the answers.
struct RequestedValueTests {
    fileprivate enum Question<Message: Cargo>: Carrier {
        case echo(Message, ReplyTo<Message>)
        case twice(Message, ReplyTo<Message>)
        /// To be answered on `release`.
        case later(Message, ReplyTo<Message>)
        case release
        case fail(Message, ReplyTo<Message>)

        var cargo: (any Cargo)? {
            switch self {
            case .echo(let cargo, _), .twice(let cargo, _), .later(let cargo, _), .fail(let cargo, _): cargo
            case .release: nil
            }
        }
    }

    private struct Server<Message: Cargo>: Actor {
        /// Numbers and errors of answers that were refused.
        let refused: Notes<String>
        var kept: [(Message, ReplyTo<Message>)] = []

        mutating func receive(_ question: Question<Message>, _ context: Context<Question<Message>>) throws {
            switch question {
            case .echo(let message, let reply): answer(message, reply)
            case .twice(let message, let reply):
                answer(message, reply)
                answer(message, reply)
            case .later(let message, let reply): kept.append((message, reply))
            case .release:
                for (message, reply) in kept { answer(message, reply) }
                kept = []
            case .fail: throw Oops()
            }
        }

        private func answer(_ message: Message, _ reply: ReplyTo<Message>) {
            #expect(message.isWhole)
            do throws(BackstageError) {
                try reply.send(message)
            } catch {
                refused.add("\(message.number) \(error)")
            }
        }
    }

    /// One server, and one asker that asks a question of the number it is sent.
    private struct Pair<Message: Cargo> {
        typealias Make = @Sendable (Message, ReplyTo<Message>) -> Question<Message>

        let server: ActorRef<Question<Message>>
        let asker: ActorRef<Int>
        let refused = Notes<String>()
        /// Numbers of answers, and errors.
        let outcomes = Notes<String>()

        init(
            _ voyage: Voyage<Message>, timeout: Duration? = nil, failsOnAnswers: Bool = false,
            _ make: @escaping Make
        ) throws {
            let (cargo, refused, outcomes) = (voyage.maker, refused, outcomes)
            server = try voyage.engine.spawn { Server<Message>(refused: refused) }
            asker = try voyage.engine.spawn { [server] (number: Int, context) in
                try context.request(
                    server, timeout: timeout, { make(cargo(number), $0) },
                    perform: { (result: Result<Message, BackstageError>, _) in
                        switch result {
                        case .success(let message):
                            #expect(message.isWhole)
                            if failsOnAnswers { throw Oops() }
                            outcomes.add("\(message.number)")
                        case .failure(let error): outcomes.add("\(error)")
                        }
                    })
            }
        }
    }

    @Test(arguments: forms) func areDestroyedOnceAnswered(_ form: Form) throws { try answered(form.type) }

    private func answered<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let pair = try Pair(voyage) { .echo($0, $1) }
            for number in 0..<5 { try pair.asker.send(number) }
            try voyage.settle()
            #expect(pair.outcomes.all == ["0", "1", "2", "3", "4"])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func aSecondAnswerIsADeadLetter(_ form: Form) throws { try twice(form.type) }

    private func twice<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let pair = try Pair(voyage) { .twice($0, $1) }
            try pair.asker.send(3)
            try voyage.settle()
            #expect(pair.outcomes.all == ["3"])
            #expect(pair.refused.all == ["3 notWaiting"])
            #expect(voyage.dead.all == [.init(.notWaiting, 3)])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func aLateAnswerIsADeadLetter(_ form: Form) throws { try late(form.type) }

    private func late<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let pair = try Pair(voyage, timeout: .seconds(1)) { .later($0, $1) }
            try pair.asker.send(3)
            try voyage.settle()
            #expect(voyage.census.alive == 1)
            try voyage.engine.advance(by: .seconds(1))
            try voyage.settle()
            #expect(pair.outcomes.all == ["timeout"])
            try pair.server.send(.release)
            try voyage.settle()
            #expect(pair.refused.all == ["3 notWaiting"])
            #expect(voyage.dead.all == [.init(.notWaiting, 3)])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func anAnswerToNobodyIsADeadLetter(_ form: Form) throws { try gone(form.type) }

    private func gone<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let pair = try Pair(voyage) { .later($0, $1) }
            try pair.asker.send(3)
            try voyage.settle()
            try pair.asker.stop()
            try voyage.settle()
            try pair.server.send(.release)
            try voyage.settle()
            #expect(pair.refused.all == ["3 notWaiting"])
            #expect(voyage.dead.all == [.init(.notWaiting, 3)])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func anAnswerDiesWithWhoAsked(_ form: Form) throws { try queued(form.type) }

    /// The asker ends with the answer in its inbox.
    private func queued<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let pair = try Pair(voyage) { .later($0, $1) }
            try pair.asker.send(3)
            try voyage.settle()
            // Its turn comes after the server's, and before that of the asker, who is answered by then.
            let stopper = try voyage.engine.spawn { [asker = pair.asker] (_: Int, _) in try asker.stop() }
            try voyage.settle()
            try pair.server.send(.release)
            try stopper.send(0)
            try voyage.settle()
            #expect(pair.outcomes.all.isEmpty && pair.refused.all.isEmpty)
            #expect(voyage.dead.all == [.init(.ended, 3)])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func aQuestionDiesWithWhomItIsFor(_ form: Form) throws { try unheard(form.type) }

    private func unheard<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let pair = try Pair(voyage) { .fail($0, $1) }
            for number in 0..<2 { try pair.asker.send(number) }
            try voyage.settle()
            #expect(pair.outcomes.all == ["stopped", "stopped"])
            #expect(voyage.dead.all == [.init(.failed, 0), .init(.ended, 1)])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func anAnswerThatFailsItsAskerIsADeadLetter(_ form: Form) throws {
        try failing(form.type)
    }

    private func failing<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let pair = try Pair(voyage, failsOnAnswers: true) { .echo($0, $1) }
            try pair.asker.send(4)
            try voyage.settle()
            #expect(voyage.dead.all == [.init(.failed, 4)])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func theyDieWithTheEngine(_ form: Form) throws { try closed(form.type) }

    private func closed<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let pair = try Pair(voyage) { [engine = voyage.engine] cargo, reply in
                // The run is over before the server has its turn.
                engine.stop()
                return .echo(cargo, reply)
            }
            try pair.asker.send(2)
            try voyage.settle()
            #expect(voyage.census.alive == 1)
            try voyage.close()
            #expect(pair.outcomes.all.isEmpty)
            #expect(voyage.dead.all == [.init(.engineEnded, 2)])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func anAnswerIsRefusedByAFullInbox(_ form: Form) throws { try full(form.type) }

    private func full<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let (refused, cargo) = (Notes<String>(), voyage.maker)
            let server = try voyage.engine.spawn { Server<Message>(refused: refused) }
            let options = ActorOptions(capacity: 1, overflow: .dropOldest, budget: 1)
            let asker = try voyage.engine.spawn(options: options) { (number: Int, context: Context<Int>) in
                if number > 0 { return }
                try context.request(
                    server, { .echo(cargo(7), $0) },
                    perform: { (_: Result<Message, BackstageError>, _) in Issue.record("answered") })
                // This is in its inbox when the answer comes.
                try context.ref.send(1)
            }
            try asker.send(0)
            try voyage.settle()
            #expect(refused.all == ["7 inboxFull"])
            #expect(voyage.dead.all.isEmpty)
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func anAnswerToTheOutsideIsHandedOver(_ form: Form) throws {
        try outside(form.type)
    }

    private func outside<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let (refused, cargo) = (Notes<String>(), voyage.maker)
            let server = try voyage.engine.spawn { Server<Message>(refused: refused) }
            for number in 0..<3 {
                let answer = try server.requestAndWait { .echo(cargo(number), $0) }
                #expect(answer.isWhole && answer.number == number)
                #expect(voyage.census.alive == 1)
            }
            #expect(voyage.census.alive == 0)
        }
    }
}
