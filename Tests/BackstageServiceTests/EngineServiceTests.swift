import Backstage
import BackstageService
import ServiceLifecycleTestKit
import Testing

@Suite("An engine service")
struct EngineServiceTests {
    private let log = KeptLog()

    @Test("runs its set-up and its actors on one thread, that is not the caller's")
    func thread() async throws {
        let threads = Journal<UInt>()
        let service = try EngineService(logger: log.logger) { engine in
            threads.note(currentThread())
            let worker = try engine.spawn("worker") {
                Worker(journal: Journal(), special: 1) {
                    threads.note(currentThread())
                    engine.stop()
                }
            }
            try worker.send(1)
        }
        let maker = currentThread()
        try await service.run()
        #expect(threads.entries.count == 2)
        #expect(threads.entries.first == threads.entries.last)
        #expect(threads.entries.first != maker)
        #expect(service.engine.isClosed)
        try expectBalanced(service.engine)
    }

    @Test("runs what was spawned and sent before, by who made it")
    func before() async throws {
        let journal = Journal<Int>()
        let service = try EngineService(logger: log.logger)
        let engine = service.engine
        let worker = try engine.spawn { Worker(journal: journal, special: 2) { engine.stop() } }
        try worker.send(1)
        try worker.send(2)
        try await service.run()
        #expect(journal.entries == [1, 2])
        try expectBalanced(engine)
    }

    @Test("lets others find its actors: they wait until the set-up is done")
    func find() async throws {
        let journal = Journal<Int>()
        let service = try EngineService(logger: log.logger) { engine in
            try engine.spawn("worker") { Worker(journal: journal, special: 7) { engine.stop() } }
        }
        async let run: Void = service.run()
        let worker = try await service.engine.perform { try $0.find("worker", as: Int.self) }
        try worker.send(7)
        try await run
        #expect(journal.entries == [7])
        try expectBalanced(service.engine)
    }

    @Test("throws what its set-up throws, and closes the engine")
    func setUpThrows() async throws {
        let service = try EngineService(logger: log.logger) { engine in
            let idler = try engine.spawn("idler") { Idler() }
            try idler.send(1)
            throw Mishap()
        }
        await #expect(throws: Mishap()) { try await service.run() }
        #expect(service.engine.isClosed)
        #expect(try service.engine.statistics().dead == 1)
        try expectBalanced(service.engine)
    }

    @Test("runs once only")
    func once() async throws {
        let service = try EngineService(logger: log.logger) { $0.stop() }
        try await service.run()
        await #expect(throws: EngineServiceError.alreadyRun) { try await service.run() }
        #expect(service.engine.isClosed)
    }

    @Test("throws a failure that was escalated past the top, and closes the engine")
    func escalated() async throws {
        let service = try EngineService(logger: log.logger) { engine in
            try engine.spawn("chief") { Chief { Failing() } }
            try engine.spawn("idler") { Idler() }.send(1)
        }
        await #expect(throws: Mishap()) { try await service.run() }
        #expect(service.engine.isClosed)
        #expect(try service.engine.statistics().failures == 1)
        try expectBalanced(service.engine)
    }

    @Test("goes on when an actor fails that nobody answers for")
    func failure() async throws {
        let journal = Journal<Int>()
        let service = try EngineService(logger: log.logger) { engine in
            let clumsy = try engine.spawn("clumsy") {
                Worker(journal: journal, special: 1) { throw Mishap() }
            }
            let worker = try engine.spawn { Worker(journal: journal, special: 2) { engine.stop() } }
            try clumsy.send(1)
            try worker.send(2)
        }
        try await service.run()
        #expect(journal.entries == [1, 2])
        #expect(try service.engine.statistics().dead == 1)
        try expectBalanced(service.engine)
    }

    @Test("runs an engine that was made elsewhere, and closes it")
    func made() async throws {
        let journal = Journal<Int>()
        let engine = try Engine()
        let worker = try engine.spawn("worker") { Worker(journal: journal, special: 1) { engine.stop() } }
        let service = EngineService("mine", engine: engine, logger: log.logger)
        try worker.send(1)
        try await service.run()
        #expect(journal.entries == [1])
        #expect(engine.isClosed)
        #expect(log.entries(.debug).allSatisfy { $0.metadata["backstage.engine"] == "mine" })
        try expectBalanced(engine)
    }

    @Test("leaves an engine alone that runs elsewhere")
    func running() async throws {
        let engine = try Engine()
        try engine.start()
        let service = EngineService(engine: engine, logger: log.logger)
        await #expect(throws: BackstageError.inCallback) { try await service.run() }
        #expect(!engine.isClosed)
        try engine.close()
        try expectBalanced(engine)
    }

    @Test("ends with its engine's own drain, and throws if that was not in time", arguments: [false, true])
    func ownDrain(isLate: Bool) async throws {
        let journal = Journal<Int>()
        let service = try EngineService(logger: log.logger) { engine in
            if isLate { try engine.spawn { Hoarder() }.send(1) }
            let worker = try engine.spawn {
                Worker(journal: journal, special: 1) { try engine.drain(timeout: isLate ? .zero : nil) }
            }
            try worker.send(1)
        }
        if isLate {
            await #expect(throws: BackstageError.timeout) { try await service.run() }
        } else {
            try await service.run()
        }
        #expect(journal.entries == [1])
        #expect(try service.engine.statistics().dead == (isLate ? 1 : 0))
        try expectBalanced(service.engine)
    }

    @Test("is not kept alive by its engine, nor the engine by it, once it has run")
    func leaks() async throws {
        weak let engine = try await runOnce()
        #expect(engine == nil)
    }

    private func runOnce() async throws -> Engine? {
        weak var weakService: EngineService?
        weak var weakEngine: Engine?
        do {
            let service = try EngineService(logger: log.logger) { engine in
                try engine.spawn("worker") { Worker(journal: Journal(), special: 1) { engine.stop() } }.send(
                    1)
            }
            (weakService, weakEngine) = (service, service.engine)
            try await service.run()
        }
        #expect(weakService == nil)
        return weakEngine
    }

    @Test("says what it is by its name")
    func description() throws {
        let service = try EngineService("orders", logger: log.logger)
        #expect("\(service)" == "EngineService(orders)")
    }
}
