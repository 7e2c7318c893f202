import Backstage
import BackstageTestKit
import Testing

@Suite struct ExpectationTests {
    @Test func deadLettersOfAFailure() throws {
        let stage = try Stage()
        let tally = try stage.spawn("tally") { Tally() }
        try stage.expectNoDeadLetters()
        try tally.send(.fail)
        try tally.send(.add(2))
        let letter = try stage.expectDeadLetter(.failed, to: tally.erased)
        #expect(letter.receiver == tally.erased)
        let failed = failure { try stage.expectNoDeadLetters() }
        #expect(failed?.expected == "no dead letter")
        #expect(failed?.got == "there is add(2) to actor \"tally\" (ended)")
        let other = failure { try stage.expectDeadLetter(.inboxFull, to: tally.erased) }
        #expect(other?.expected == "a dead letter (inboxFull) to actor \"tally\"")
        let message = failure { try stage.expectDeadLetter(of: Tally.Message.add(3), .ended) }
        #expect(message?.expected == "add(3) to be a dead letter (ended)")
        try stage.expectDeadLetter(of: Tally.Message.add(2), .ended)
        try stage.expectNoDeadLetters()
        #expect(failure { try stage.expectDeadLetter() }?.got == "there is nothing")
        #expect(stage.deadLetters.map(\.reason) == [.failed, .ended])
        try stage.close()
    }

    @Test func deadLettersByAClosure() throws {
        let stage = try Stage()
        let tally = try stage.spawn(options: ActorOptions(capacity: 1, overflow: .dropOldest)) { Tally() }
        for number in 1...3 { try tally.send(.add(number)) }
        let letter = try stage.expectDeadLetter(.droppedOldest) { $0.message as? Tally.Message == .add(2) }
        #expect(letter.sender == nil)
        _ = failure { try stage.expectDeadLetter { $0.message as? Tally.Message == .add(2) } }
        try stage.expectDeadLetter()
        try stage.expectNoDeadLetters()
        try stage.close()
    }

    @Test func ends() throws {
        let stage = try Stage()
        let tally = try stage.spawn("tally") { Tally() }
        let other = try stage.spawn { Tally() }
        let alive = failure { try stage.expectEnd(of: tally) }
        #expect(alive?.expected == "the end of actor \"tally\"")
        #expect(alive?.got == "it lives")
        try stage.advance(by: .seconds(1))
        try tally.send(.fail)
        try other.stop()
        let wrong = failure { try stage.expectEnd(of: tally, .normal) }
        #expect(wrong?.expected == "the end of actor \"tally\" (normal)")
        #expect(wrong?.got == "it ended: failed: Failed()")
        let ending = try stage.expectEnd(of: tally, .failed)
        #expect(ending.error as? Tally.Failed == Tally.Failed())
        #expect(ending.id == "tally")
        #expect(ending.time == .seconds(1))
        #expect(try stage.expectEnd(of: other, .stopped).error == nil)
        #expect(
            failure { try stage.expectEnd(of: other, .failed) }?.expected
                == "the end of actor \(other.rawValue) (failed)")
        try stage.close()
    }

    @Test func childrenEndFirst() throws {
        let stage = try Stage()
        let parent = try stage.spawn("parent") { (name: String, context) in
            try context.spawnChild(name) { (_: Int, _) in }
        }
        for name in ["a", "b"] { try parent.send(name) }
        try stage.settle()
        try parent.stop()
        try stage.expectEnd(of: parent, .stopped)
        #expect(stage.endings.map(\.id) == ["b", "a", "parent"])
        try stage.close()
    }

    @Test func aRestartIsNoEnd() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: Int.self)
        let found = try spawnSupervised(stage)
        try found.send(.add(1))
        try found.send(.fail)
        try found.send(.add(5))
        try found.send(.report(to: probe.ref))
        try probe.expect(5)
        _ = failure { try stage.expectEnd(of: found) }
        #expect(stage.endings.isEmpty)
        try stage.close()
    }

    private func spawnSupervised(_ stage: Stage) throws -> ActorRef<Tally.Message> {
        try stage.spawn(options: ActorOptions(supervision: Supervision())) { (_: Int, context) in
            try context.spawnChild("child") { Tally() }
        }.send(1)
        try stage.settle()
        return try stage.engine.find("child", as: Tally.Message.self)
    }

    @Test func theLog() throws {
        let stage = try Stage()
        let tally = try stage.spawn("tally") { Tally() }
        #expect(failure { try stage.expectLog(containing: "tally") }?.got == "there is nothing")
        try tally.send(.fail)
        let entry = try stage.expectLog(containing: "actor \"tally\" failed", .error)
        #expect(entry.error as? Tally.Failed == Tally.Failed())
        let failed = failure { try stage.expectLog(containing: "tally", .info) }
        #expect(failed?.expected == "a log entry with \"tally\" (info)")
        try stage.close()
    }
}

@Suite struct InjectionTests {
    private struct DiskFull: Error, Equatable {}

    @Test func theNextMessageFails() throws {
        let stage = try Stage()
        let tally = try stage.spawn { Tally() }
        try stage.fail(tally, with: DiskFull())
        try stage.settle()
        #expect(stage.endings.isEmpty)
        try tally.send(.add(1))
        try stage.expectDeadLetter(of: Tally.Message.add(1), .failed)
        #expect(try stage.expectEnd(of: tally, .failed).error as? DiskFull == DiskFull())
        #expect(throws: BackstageError.notFound) { try stage.fail(tally, with: DiskFull()) }
        try stage.close()
    }

    @Test func thatOneAlone() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: Int.self)
        let options = ActorOptions(supervision: Supervision(onFailure: .resume))
        try stage.spawn(options: options) { (_: Int, context) in
            try context.spawnChild("child") { Tally() }
        }.send(1)
        try stage.settle()
        let tally = try stage.engine.find("child", as: Tally.Message.self)
        try tally.send(.add(1))
        try stage.fail(tally, with: DiskFull())
        for number in [2, 4] { try tally.send(.add(number)) }
        try tally.send(.report(to: probe.ref))
        try probe.expect(6)
        try stage.expectDeadLetter(of: Tally.Message.add(1), .failed)
        try stage.expectNoDeadLetters()
        try stage.close()
    }

    @Test func twoMessagesFail() throws {
        let stage = try Stage()
        let options = ActorOptions(supervision: Supervision(onFailure: .resume))
        try stage.spawn(options: options) { (_: Int, context) in
            try context.spawnChild("child") { Tally() }
        }.send(1)
        try stage.settle()
        let tally = try stage.engine.find("child", as: Tally.Message.self)
        try stage.fail(tally, with: DiskFull())
        try stage.fail(tally, with: Tally.Failed())
        for number in [1, 2, 4] { try tally.send(.add(number)) }
        #expect(try stage.request(tally) { .total($0) } == 4)
        #expect(stage.log.map { "\($0.error ?? DiskFull())" } == ["Failed()", "DiskFull()"])
        try stage.close()
    }

    @Test func aRestartTakesItBack() throws {
        let stage = try Stage()
        let options = ActorOptions(supervision: Supervision(.oneForAll))
        try stage.spawn(options: options) { (_: Int, context) in
            for id in ["a", "b"] { try context.spawnChild(id) { Tally() } }
        }.send(1)
        try stage.settle()
        let other = try stage.engine.find("a", as: Tally.Message.self)
        let tally = try stage.engine.find("b", as: Tally.Message.self)
        try stage.fail(tally, with: DiskFull())
        try other.send(.fail)
        try stage.expectDeadLetter(.failed, to: other.erased)
        try tally.send(.add(3))
        #expect(try stage.request(tally) { .total($0) } == 3)
        try stage.expectNoDeadLetters()
        try stage.close()
    }

    @Test func whatItBecameStays() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: String.self)
        let ref = probe.ref
        let options = ActorOptions(supervision: Supervision(onFailure: .resume))
        try stage.spawn(options: options) { (_: Int, context) in
            try context.spawnChild("child") { (_: String, context) in
                context.become { message, _ in try ref.send("became \(message)") }
            }
        }.send(1)
        try stage.settle()
        let child = try stage.engine.find("child", as: String.self)
        try child.send("a")
        try stage.settle()
        try stage.fail(child, with: DiskFull())
        try child.send("b")
        try child.send("c")
        try probe.expect("became c")
        try stage.expectDeadLetter(of: "b", .failed)
        try stage.close()
    }

    @Test func whoAsksIsTold() throws {
        let stage = try Stage()
        let tally = try stage.spawn { Tally() }
        try stage.fail(tally, with: DiskFull())
        #expect(throws: BackstageError.stopped) { try stage.request(tally) { .total($0) } }
        try stage.close()
    }

    @Test func timersToo() throws {
        let stage = try Stage()
        struct Ticker: Backstage.Actor {
            func started(_ context: Context<Int>) throws { try context.every(.seconds(1), send: 1) }
            func receive(_ message: Int, _ context: Context<Int>) {}
        }
        let ticker = try stage.spawn { Ticker() }
        try stage.advance(by: .seconds(3))
        try stage.fail(ticker, with: DiskFull())
        try stage.advance(by: .seconds(1))
        #expect(try stage.expectEnd(of: ticker, .failed).time == .seconds(4))
        try stage.close()
    }
}
