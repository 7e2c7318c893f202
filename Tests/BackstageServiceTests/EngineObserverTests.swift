import Backstage
import BackstageService
import Logging
import Synchronization
import Testing

@Suite("An engine observer")
struct EngineObserverTests {
    private let log = KeptLog()

    private func engine(
        _ deadLetters: DeadLetterLogging = DeadLetterLogging(), at time: Journal<Duration> = Journal()
    ) throws -> (Engine, EngineObserver) {
        let observer = EngineObserver(logger: log.logger, deadLetters: deadLetters) {
            time.entries.last ?? .zero
        }
        return (try Engine(observer.observing(EngineOptions())), observer)
    }

    @Test("logs the failure of an actor as an error, with its id")
    func failure() throws {
        let (engine, _) = try engine(.off)
        let clumsy = try engine.spawn("clumsy") { Failing() }
        try clumsy.send(1)
        try engine.run(.untilIdle)
        try engine.close()
        let lines = log.entries(.error)
        #expect(lines.count == 1)
        #expect(lines.first?.message.description.contains("failed") == true)
        #expect(lines.first?.metadata == ["backstage.actor": "clumsy"])
        #expect(lines.first?.error as? Mishap == Mishap())
        #expect(log.entries.count == 1)
    }

    @Test("knows the actor of a line whatever its id is", arguments: ["a \"quoted\" id", "actor \"x\"", "é"])
    func ids(id: String) throws {
        let (engine, _) = try engine(.off)
        let clumsy = try engine.spawn(id) { Failing() }
        try clumsy.send(1)
        try engine.run(.untilIdle)
        try engine.close()
        #expect(log.entries.map(\.metadata) == [["backstage.actor": "\(id)"]])
    }

    @Test("knows no actor where the line is about one without an id, or about none")
    func noIDs() throws {
        let (engine, _) = try engine(.off)
        let clumsy = try engine.spawn { Failing() }
        try clumsy.send(1)
        try engine.run(.untilIdle)
        let hoarder = try engine.spawn { Hoarder() }
        try hoarder.send(1)
        try engine.run(.untilIdle)
        try engine.drain(timeout: .zero)
        #expect(throws: BackstageError.timeout) { try engine.run() }
        try engine.close()
        #expect(log.entries.map(\.level) == [.error, .warning])
        #expect(log.entries.map(\.metadata) == [[:], [:]])
    }

    @Test("keeps the levels of the engine's log")
    func levels() {
        #expect(LogLevel.error.asLoggerLevel == .error)
        #expect(LogLevel.warning.asLoggerLevel == .warning)
        #expect(LogLevel.info.asLoggerLevel == .info)
    }

    @Test("counts dead letters by reason, and logs them with reason and receiver")
    func deadLetters() throws {
        let (engine, observer) = try engine()
        let clumsy = try engine.spawn("clumsy") { Failing() }
        let idler = try engine.spawn("idler") { Idler() }
        let nameless = try engine.spawn { Idler() }
        try clumsy.send(1)
        try clumsy.send(2)
        try engine.run(.untilIdle)
        try idler.send(1)
        try nameless.send(1)
        try engine.close()
        #expect(observer.deadLetters == [.failed: 1, .ended: 1, .engineEnded: 2])
        let lines = log.entries(.info)
        #expect(
            lines.map { $0.metadata["backstage.reason"] } == [
                "failed", "ended", "engineEnded", "engineEnded",
            ])
        #expect(lines.allSatisfy { $0.metadata["backstage.message"] == "Swift.Int" })
        let receivers = lines.compactMap { $0.metadata["backstage.receiver"] }.sorted { "\($0)" < "\($1)" }
        #expect(receivers == ["\(nameless.rawValue)", "clumsy", "clumsy", "idler"])
        try expectBalanced(engine)
    }

    @Test("does not flood the log: so many lines an interval, and how many there were besides")
    func limit() throws {
        let time = Journal<Duration>()
        let (engine, observer) = try engine(
            DeadLetterLogging(level: .notice, limit: 5, interval: .seconds(1)), at: time)
        func bury(_ count: Int) throws {
            let idler = try engine.spawn { Idler() }
            for i in 0..<count { try idler.send(i) }
            try idler.stop()
            try engine.run(.untilIdle)
        }
        try bury(1000)
        #expect(log.entries(.notice).count == 5)
        time.note(.seconds(1))
        try bury(2)
        #expect(log.entries(.notice).count == 7)
        #expect(log.entries(.notice)[5].metadata["backstage.unlogged"] == "995")
        #expect(log.entries(.notice)[6].metadata["backstage.unlogged"] == nil)
        try bury(4)
        observer.flush()
        #expect(log.entries(.notice).count == 11)
        #expect(log.entries(.notice)[10].metadata["backstage.unlogged"] == "1")
        observer.flush()
        #expect(log.entries(.notice).count == 11)
        #expect(observer.deadLetters == [.ended: 1006])
        try engine.close()
    }

    @Test("only counts, where dead letters are not to be logged")
    func off() throws {
        let (engine, observer) = try engine(.off)
        let idler = try engine.spawn { Idler() }
        for i in 0..<20 { try idler.send(i) }
        try engine.close()
        observer.flush()
        #expect(observer.deadLetters == [.engineEnded: 20])
        #expect(log.entries.isEmpty)
    }

    @Test("calls what the options had set for log and dead letters, too")
    func chained() throws {
        let lines = Journal<LogLevel>()
        let letters = Journal<DeadLetter.Reason>()
        let observer = EngineObserver(logger: log.logger)
        let options = EngineOptions(
            deadLetter: { letters.note($0.reason) }, log: { lines.note($0.level) })
        let engine = try Engine(observer.observing(options))
        let clumsy = try engine.spawn { Failing() }
        try clumsy.send(1)
        try engine.run(.untilIdle)
        try engine.close()
        #expect(lines.entries == [.error])
        #expect(letters.entries == [.failed])
        #expect(observer.deadLetters == [.failed: 1])
        #expect(log.entries(.error).count == 1)
    }
}
