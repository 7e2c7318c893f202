import Backstage
import Testing

/// Answers, at once or when told, or never.
private struct Oracle: Actor {
    enum Message {
        case ask(Int, ReplyTo<String>), keep(ReplyTo<String>), answer(String), fail(ReplyTo<String>)
        case quit(ReplyTo<String>), ignore(ReplyTo<String>), twice(ReplyTo<String>)
    }
    var kept: [ReplyTo<String>] = []

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .ask(let number, let reply): try reply.send("answer \(number)")
        case .keep(let reply): kept.append(reply)
        case .answer(let text):
            for reply in kept { try reply.send(text) }
            kept = []
        case .fail: throw Oops()
        case .quit: try context.shutdown()
        case .ignore: break
        case .twice(let reply):
            try reply.send("first")
            expect(.notWaiting) { try reply.send("second") }
        }
    }
}

private typealias Outcome = Result<String, BackstageError>

/// Asks as it is told, and notes what comes of it.
private struct Asker: Actor {
    enum Message {
        case ask(@Sendable (ReplyTo<String>) -> Oracle.Message, Duration?)
        case callBack(@Sendable (ReplyTo<String>) -> Oracle.Message, Duration?)
        case outcome(Outcome)
        case fail, cancel
    }
    let oracle: ActorRef<Oracle.Message>
    let notes: Notes<Outcome>
    var last: Request?

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .ask(let make, let timeout):
            last = try context.request(oracle, timeout: timeout, make) { .outcome($0) }
        case .callBack(let make, let timeout):
            last = try context.request(oracle, timeout: timeout, make) { result, context in
                try context.ref.send(.outcome(result))
            }
        case .outcome(let outcome): notes.add(outcome)
        case .fail: throw Oops()
        case .cancel: if let last { context.cancel(last) }
        }
    }
}

@Suite struct RequestsTests {
    private let notes = Notes<Outcome>()

    private struct Stage {
        let rig: Rig
        let oracle: ActorRef<Oracle.Message>
        let asker: ActorRef<Asker.Message>
    }

    private struct Top: Actor {
        let oracle: ActorRef<Oracle.Message>
        let notes: Notes<Outcome>
        func started(_ context: Context<Int>) throws {
            let (oracle, notes) = (oracle, notes)
            try context.spawnChild("asker") { Asker(oracle: oracle, notes: notes) }
        }
        func receive(_ message: Int, _ context: Context<Int>) {}
    }

    /// An asker that is supervised, and restarts when it fails.
    private func withAsker(
        oracle options: ActorOptions? = nil, _ body: (Stage) throws -> Void
    ) throws {
        let notes = self.notes
        try withRig { rig in
            let oracle = try rig.engine.spawn("oracle", options: options) { Oracle() }
            try rig.engine.spawn(options: ActorOptions(supervision: Supervision())) {
                Top(oracle: oracle, notes: notes)
            }
            try rig.settle()
            try body(
                Stage(rig: rig, oracle: oracle, asker: try rig.engine.find("asker", as: Asker.Message.self)))
        }
    }

    @Test func theAnswerIsAMessage() throws {
        try withAsker { stage in
            try stage.asker.send(.ask({ .ask(7, $0) }, nil))
            try stage.rig.settle()
            #expect(notes.all == [.success("answer 7")])
        }
    }

    @Test func orItIsGivenToAClosure() throws {
        try withAsker { stage in
            try stage.asker.send(.callBack({ .ask(8, $0) }, nil))
            try stage.rig.settle()
            #expect(notes.all == [.success("answer 8")])
        }
    }

    @Test func manyAtATimeEachGetTheirOwn() throws {
        try withAsker { stage in
            for number in 0..<100 { try stage.asker.send(.ask({ .ask(number, $0) }, nil)) }
            try stage.rig.settle()
            #expect(notes.all == (0..<100).map { .success("answer \($0)") })
        }
    }

    @Test func withoutAnAnswerInTimeItIsATimeout() throws {
        try withAsker { stage in
            try stage.asker.send(.ask({ .ignore($0) }, .seconds(1)))
            try stage.asker.send(.callBack({ .ignore($0) }, .seconds(2)))
            try stage.rig.settle()
            try stage.rig.advance(.milliseconds(999))
            #expect(notes.all.isEmpty)
            try stage.rig.advance(.milliseconds(1))
            #expect(notes.all == [.failure(.timeout)])
            try stage.rig.advance(.seconds(1))
            #expect(notes.all == [.failure(.timeout), .failure(.timeout)])
        }
    }

    @Test func anAnswerInTimeWithdrawsTheTimeout() throws {
        try withAsker { stage in
            try stage.asker.send(.ask({ .keep($0) }, .seconds(1)))
            try stage.rig.settle()
            try stage.oracle.send(.answer("in time"))
            try stage.rig.settle()
            try stage.rig.advance(.seconds(10))
            #expect(notes.all == [.success("in time")])
        }
    }

    @Test func anAnswerTooLateIsADeadLetter() throws {
        try withAsker { stage in
            try stage.asker.send(.ask({ .keep($0) }, .seconds(1)))
            try stage.rig.settle()
            try stage.rig.advance(.seconds(1))
            try stage.oracle.send(.answer("too late"))
            // Its error is the oracle's failure.
            try stage.rig.settle()
            #expect(notes.all == [.failure(.timeout)])
            #expect(stage.rig.reasons.contains(.notWaiting))
            #expect(stage.rig.letters.all.first { $0.reason == .notWaiting }?.text == "too late")
        }
    }

    @Test func oneAnswersOnlyOnce() throws {
        try withAsker { stage in
            try stage.asker.send(.ask({ .twice($0) }, nil))
            try stage.rig.settle()
            #expect(notes.all == [.success("first")])
            #expect(stage.rig.reasons == [.notWaiting])
            #expect(stage.rig.letters.all[0].text == "second")
        }
    }

    @Test func whoFailsOnARequestStopsIt() throws {
        try withAsker { stage in
            try stage.asker.send(.ask({ .fail($0) }, nil))
            try stage.rig.settle()
            #expect(notes.all == [.failure(.stopped)])
        }
    }

    @Test func whoEndsWithoutAnAnswerStopsIt() throws {
        try withAsker { stage in
            try stage.asker.send(.ask({ .keep($0) }, nil))
            try stage.asker.send(.ask({ .quit($0) }, nil))
            try stage.asker.send(.ask({ .ask(1, $0) }, nil))
            try stage.rig.settle()
            #expect(notes.all == [.failure(.stopped), .failure(.stopped), .failure(.stopped)])
        }
    }

    @Test func whatThePolicyDropsIsInboxFull() throws {
        try withAsker(oracle: ActorOptions(capacity: 1, overflow: .dropNewest)) { stage in
            try stage.asker.send(.ask({ .ask(1, $0) }, nil))
            try stage.asker.send(.ask({ .ask(2, $0) }, nil))
            try stage.rig.settle()
            #expect(notes.all.contains(.success("answer 1")))
            #expect(notes.all.contains(.failure(.inboxFull)))
            #expect(notes.count == 2)
        }
    }

    @Test func theAskerMayRestartMeanwhile() throws {
        try withAsker { stage in
            try stage.asker.send(.ask({ .keep($0) }, nil))
            try stage.asker.send(.fail)
            try stage.rig.settle()
            #expect(try stage.rig.engine.statistics().restarts == 1)
            try stage.oracle.send(.answer("to the new one"))
            try stage.rig.settle()
            #expect(notes.all == [.success("to the new one")])
        }
    }

    @Test func aRequestGivenUpHasNoOutcome() throws {
        try withAsker { stage in
            try stage.asker.send(.ask({ .keep($0) }, .seconds(1)))
            try stage.asker.send(.cancel)
            try stage.rig.settle()
            try stage.rig.advance(.seconds(2))
            try stage.oracle.send(.answer("nobody asks"))
            try stage.rig.settle()
            #expect(notes.all.isEmpty)
            #expect(stage.rig.letters.all.map(\.text).contains("nobody asks"))
            // To give it up again does nothing.
            try stage.asker.send(.cancel)
            try stage.rig.settle()
        }
    }

    @Test func aRequestGivenUpAfterItsOutcomeChangesNothing() throws {
        try withAsker { stage in
            try stage.asker.send(.ask({ .ask(1, $0) }, nil))
            try stage.rig.settle()
            try stage.asker.send(.cancel)
            try stage.rig.settle()
            #expect(notes.all == [.success("answer 1")])
        }
    }

    @Test func aRequestGivenUpWithItsAnswerQueued() throws {
        try withRig { rig in
            var outcomes: [Int] = []
            let echo = try rig.engine.spawn { (reply: ReplyTo<Int>, context) in try reply.send(1) }
            var request: Request?
            let asker = try rig.engine.spawn { (message: String, context) in
                if message == "ask" {
                    request = try context.request(
                        echo, { $0 },
                        perform: { result, _ in
                            outcomes.append(try result.get())
                        })
                    // Handled after the answer has been queued, and before the answer.
                    try context.ref.send("wait")
                } else if message == "cancel", let request {
                    context.cancel(request)
                }
            }
            try asker.send("ask")
            try asker.send("cancel")
            try rig.settle()
            #expect(outcomes.isEmpty)
        }
    }

    @Test func aClosureThatThrowsIsAFailureWithTheAnswerDead() throws {
        try withRig { rig in
            let echo = try rig.engine.spawn { (reply: ReplyTo<String>, context) in
                try reply.send("a text that is long enough for the heap")
            }
            let asker = try rig.engine.spawn { (message: Int, context) in
                try context.request(echo, { $0 }, perform: { result, _ in throw Oops() })
            }
            try asker.send(1)
            try rig.settle()
            #expect(rig.reasons == [.failed])
            #expect(rig.letters.all[0].text == "a text that is long enough for the heap")
            #expect(rig.letters.all[0].bytes == nil)
        }
    }

    @Test func aRequestForwardedIsAnsweredByAnother() throws {
        try withAsker { stage in
            let desk = try stage.rig.engine.spawn { (reply: ReplyTo<String>, context) in
                try stage.oracle.send(.ask(5, reply))
            }
            var answers: [String] = []
            var senders: [AnyActorRef?] = []
            let asker = try stage.rig.engine.spawn { (message: Int, context) in
                try context.request(
                    desk, { $0 },
                    perform: { result, context in
                        answers.append(try result.get())
                        senders.append(context.sender)
                    })
            }
            try asker.send(1)
            try stage.rig.settle()
            #expect(answers == ["answer 5"])
            #expect(senders == [stage.oracle.erased])
        }
    }

    @Test func aReplyFromOutsideAnyActor() throws {
        try withAsker { stage in
            var kept: ReplyTo<String>?
            let keeper = try stage.rig.engine.spawn { (reply: ReplyTo<String>, context) in kept = reply }
            var answers: [String] = []
            let asker = try stage.rig.engine.spawn { (message: Int, context) in
                try context.request(
                    keeper, { $0 }, perform: { result, _ in answers.append(try result.get()) })
            }
            try asker.send(1)
            try stage.rig.settle()
            try kept?.send("from outside")
            expect(.notWaiting) { try kept?.send("again") }
            try stage.rig.settle()
            #expect(answers == ["from outside"])
        }
    }

    @Test func anAskerWhoseInboxIsFullIsToldLater() throws {
        try withRig { rig in
            var kept: ReplyTo<Int>?
            var answers: [Int] = []
            let keeper = try rig.engine.spawn { (reply: ReplyTo<Int>, context) in kept = reply }
            let asker = try rig.engine.spawn(options: ActorOptions(capacity: 1, overflow: .dropOldest)) {
                (message: Int, context) in
                if message > 0 { return }
                try context.request(
                    keeper, { $0 }, perform: { result, _ in answers.append(try result.get()) })
            }
            try asker.send(0)
            try rig.settle()
            try asker.send(1)
            let reply = try #require(kept)
            expect(.inboxFull) { try reply.send(5) }
            try rig.settle()
            try reply.send(6)
            try rig.settle()
            #expect(answers == [6])
        }
    }

    @Test func anAskerThatEndedIsNotWaiting() throws {
        try withRig { rig in
            var kept: ReplyTo<[String]>?
            let keeper = try rig.engine.spawn { (reply: ReplyTo<[String]>, context) in kept = reply }
            let asker = try rig.engine.spawn { (message: Int, context) in
                try context.request(keeper, { $0 }, perform: { _, _ in })
            }
            try asker.send(0)
            try rig.settle()
            try asker.stop()
            try rig.settle()
            expect(.notWaiting) { try kept?.send(["x"]) }
            #expect(rig.reasons == [.notWaiting])
        }
    }

    @Test func whatIsRefused() throws {
        try withRig { rig in
            try withRig { other in
                let stranger = try other.engine.spawn { (reply: ReplyTo<Int>, context) in }
                let ended = try rig.engine.spawn { (reply: ReplyTo<Int>, context) in }
                try ended.stop()
                try rig.settle()
                let full = try rig.engine.spawn(options: ActorOptions(capacity: 1)) {
                    (reply: ReplyTo<Int>, context) in
                }
                var checks = 0
                let asker = try rig.engine.spawn { (message: Int, context) in
                    expect(.otherEngine) { try context.request(stranger, { $0 }, perform: { _, _ in }) }
                    expect(.notFound) { try context.request(ended, { $0 }, perform: { _, _ in }) }
                    expect(.invalidArgument) {
                        try context.request(full, timeout: .seconds(-1), { $0 }, perform: { _, _ in })
                    }
                    try context.request(full, { $0 }, perform: { _, _ in })
                    expect(.inboxFull) { try context.request(full, { $0 }, perform: { _, _ in }) }
                    checks += 1
                }
                try asker.send(1)
                try rig.settle()
                #expect(checks == 1)
            }
        }
    }

    @Test func answersOfAllShapes() throws {
        struct Large: Sendable, Equatable {
            var numbers = [1, 2, 3]
            var a = 1, b = 2, c = 3, d = 4
            var text = "text"
        }
        try withRig { rig in
            let large = try rig.engine.spawn { (reply: ReplyTo<Large>, context) in try reply.send(Large()) }
            let none = try rig.engine.spawn { (reply: ReplyTo<Void>, context) in try reply.send(()) }
            let optional = try rig.engine.spawn { (reply: ReplyTo<String?>, context) in try reply.send(nil) }
            #expect(try large.requestAndWait { $0 } == Large())
            let _: Void = try none.requestAndWait { $0 }
            #expect(try optional.requestAndWait { $0 } == nil)
        }
    }
}
