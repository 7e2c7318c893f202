import Backstage
import BackstageService
import ServiceLifecycleTestKit
import Testing

@Suite("The end of an engine service")
struct ShutdownTests {
    private let log = KeptLog()

    @Test("by a graceful shutdown comes when all that is queued has been handled")
    func drains() async throws {
        let journal = Journal<Int>()
        let engine = try await testGracefulShutdown { trigger in
            let service = try EngineService(logger: log.logger) { engine in
                let worker = try engine.spawn("worker") {
                    Worker(journal: journal, special: 0) { trigger.triggerGracefulShutdown() }
                }
                for i in 0..<1000 { try worker.send(i) }
            }
            try await service.run()
            return service.engine
        }
        #expect(journal.holds(0..<1000))
        #expect(engine.isClosed)
        #expect(try engine.statistics().dead == 0)
        try expectBalanced(engine)
        #expect(log.entries(.warning).isEmpty)
    }

    @Test("by a graceful shutdown does not wait longer than the drain timeout")
    func timeout() async throws {
        let isSetUp = Gate()
        let engine = try await testGracefulShutdown { trigger in
            let service = try EngineService(
                options: EngineOptions(clock: .virtual), logger: log.logger
            ) { engine in
                let hoarder = try engine.spawn("hoarder") { Hoarder() }
                for i in 0..<5 { try hoarder.send(i) }
                isSetUp.open()
            }
            async let run: Void = service.run()
            await isSetUp.wait()
            trigger.triggerGracefulShutdown()
            await pass(.seconds(11), in: service.engine)
            try await run
            return service.engine
        }
        #expect(try engine.statistics().dead == 5)
        try expectBalanced(engine)
        #expect(log.entries(.warning).map(\.message).contains { "\($0)".contains("not drained in time") })
    }

    @Test("by a graceful shutdown comes at once with a drain timeout of zero")
    func noTime() async throws {
        var configuration = EngineService.Configuration()
        configuration.drainTimeout = .zero
        let engine = try await testGracefulShutdown { trigger in
            let service = try EngineService(configuration: configuration, logger: log.logger) { engine in
                let hoarder = try engine.spawn("hoarder") { Hoarder() }
                for i in 0..<5 { try hoarder.send(i) }
                trigger.triggerGracefulShutdown()
            }
            try await service.run()
            return service.engine
        }
        #expect(try engine.statistics().dead == 5)
        try expectBalanced(engine)
        #expect(!log.entries(.warning).isEmpty)
    }

    @Test("by a graceful shutdown before the run: no set-up, but what was sent is handled")
    func shutDownBefore() async throws {
        let journal = Journal<Int>()
        let engine = try await testGracefulShutdown { trigger in
            let service = try EngineService(logger: log.logger) { _ in journal.note(-1) }
            let worker = try service.engine.spawn { Worker(journal: journal) }
            try worker.send(1)
            trigger.triggerGracefulShutdown()
            try await service.run()
            return service.engine
        }
        #expect(journal.entries == [1])
        try expectBalanced(engine)
    }

    @Test("by a graceful shutdown comes after what other threads sent before, more than an inbox holds")
    func takesIn() async throws {
        let journal = Journal<Int>()
        let engine = try await testGracefulShutdown { trigger in
            let service = try EngineService(logger: log.logger)
            let worker = try service.engine.spawn { Worker(journal: journal) }
            try sendFromElsewhere(1...6000, to: worker)
            trigger.triggerGracefulShutdown()
            try await service.run()
            return service.engine
        }
        #expect(journal.holds(1...6000))
        #expect(try engine.statistics().dead == 0)
        try expectBalanced(engine)
    }

    @Test("by a graceful shutdown is not brought forward by a stop of the same moment")
    func stopLeftOver() async throws {
        let journal = Journal<Int>()
        let engine = try await testGracefulShutdown { trigger in
            let service = try EngineService(logger: log.logger)
            let engine = service.engine
            let worker = try engine.spawn {
                Worker(journal: journal, special: 1) {
                    try EngineThread { engine.stop() }.join()
                    trigger.triggerGracefulShutdown()
                }
            }
            try sendFromElsewhere(1...6000, to: worker)
            try await service.run()
            return engine
        }
        #expect(journal.holds(1...6000))
        #expect(try engine.statistics().dead == 0)
        try expectBalanced(engine)
    }

    /// Sends from a thread that is not the engine's.
    private func sendFromElsewhere(_ numbers: ClosedRange<Int>, to worker: ActorRef<Int>) throws {
        let accepted = Journal<Int>()
        try EngineThread {
            for i in numbers where (try? worker.send(i)) != nil { accepted.note(i) }
        }.join()
        #expect(accepted.holds(numbers))
    }

    @Test("by a failure that is escalated while it drains is that failure, a timeout too")
    func failsWhileDraining() async throws {
        let errors: [any Error & Equatable & Sendable] = [Mishap(), BackstageError.timeout]
        for error in errors { try await failWhileDraining(error) }
        #expect(log.entries(.warning).isEmpty)
    }

    private func failWhileDraining(_ error: some Error & Equatable) async throws {
        var configuration = EngineService.Configuration()
        configuration.metricsInterval = nil
        try await testGracefulShutdown { trigger in
            let service = try EngineService(configuration: configuration, logger: log.logger) { engine in
                try engine.spawn("chief") { Chief { Hoarder { throw error } } }
                trigger.triggerGracefulShutdown()
            }
            await #expect(throws: error) { try await service.run() }
            #expect(log.entries(.debug).contains { $0.message == "Engine drains" })
            try expectBalanced(service.engine)
        }
    }

    @Test("by a failure of the last moment before it drains is that failure, a timeout too")
    func failsBeforeDraining() async throws {
        try await testGracefulShutdown { trigger in
            let service = try EngineService(logger: log.logger) { engine in
                try engine.spawn("chief") { Chief { Failing(error: BackstageError.timeout) } }
                trigger.triggerGracefulShutdown()
            }
            await #expect(throws: BackstageError.timeout) { try await service.run() }
            #expect(!log.entries.contains { $0.message == "Engine drains" })
            try expectBalanced(service.engine)
        }
    }

    @Test("by cancellation comes at once")
    func cancelled() async throws {
        let started = Gate()
        let service = try EngineService(logger: log.logger) { engine in
            let spinner = try engine.spawn("spinner") { Spinner(started: started) }
            try spinner.send(0)
        }
        let run = Task { try await service.run() }
        await started.wait()
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(service.engine.isClosed)
        #expect(try service.engine.statistics().dead == 1)
        try expectBalanced(service.engine)
    }

    @Test("by cancellation before the run: no set-up, and nothing is handled")
    func cancelledBefore() async throws {
        let journal = Journal<Int>()
        let service = try EngineService(logger: log.logger) { _ in journal.note(-1) }
        let worker = try service.engine.spawn { Worker(journal: journal) }
        try worker.send(1)
        let run = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await service.run()
        }
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(journal.entries.isEmpty)
        #expect(try service.engine.statistics().dead == 1)
        try expectBalanced(service.engine)
    }

    @Test("by cancellation ends a drain that would go on for ever")
    func cancelledDrain() async throws {
        var configuration = EngineService.Configuration()
        configuration.drainTimeout = nil
        let isSetUp = Gate()
        let draining = Gate()
        let service = try EngineService(configuration: configuration, logger: log.logger) { engine in
            let hoarder = try engine.spawn("hoarder") { Hoarder { draining.open() } }
            try hoarder.send(1)
            isSetUp.open()
        }
        await testGracefulShutdown { trigger in
            let run = Task { try await service.run() }
            await isSetUp.wait()
            trigger.triggerGracefulShutdown()
            await draining.wait()
            run.cancel()
            await #expect(throws: CancellationError.self) { try await run.value }
        }
        #expect(try service.engine.statistics().dead == 1)
        try expectBalanced(service.engine)
    }
}
