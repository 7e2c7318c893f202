import Backstage
import BackstageService
import Logging
import ServiceLifecycle
import Testing

/// Sends numbers to an actor until it is shut down, and notes what was accepted.
private struct Client: Service {
    let engine: Engine
    let sent: Journal<Int>
    let enough: Gate

    func run() async throws {
        let worker = try await engine.perform { try $0.find("worker", as: Int.self) }
        var next = 0
        while !Task.isShuttingDownGracefully {
            do throws(BackstageError) {
                try worker.send(next)
                sent.note(next)
                next += 1
                if next == 2000 { enough.open() }
            } catch {
                guard error == .queueFull || error == .inboxFull else { throw error }
            }
            await Task.yield()
        }
    }
}

/// Waits until it is cancelled.
private struct Bystander: Service {
    let cancelled: Journal<Bool>

    func run() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
        withExtendedLifetime(continuation) {}
        cancelled.note(Task.isCancelled)
    }
}

@Suite("In a service group an engine service")
struct ServiceGroupTests {
    private let log = KeptLog()

    @Test("handles all that those behind it have sent, when the group is shut down")
    func shutdown() async throws {
        let handled = Journal<Int>()
        let sent = Journal<Int>()
        let enough = Gate()
        let actors = try EngineService(logger: log.logger) { engine in
            try engine.spawn("worker") { Worker(journal: handled, special: -1) }
        }
        let client = Client(engine: actors.engine, sent: sent, enough: enough)
        let group = ServiceGroup(services: [actors, client], logger: log.logger)
        async let run: Void = group.run()
        await enough.wait()
        await group.triggerGracefulShutdown()
        try await run
        #expect(sent.entries.count >= 2000)
        #expect(handled.holds(sent.entries))
        #expect(try actors.engine.statistics().dead == 0)
        try expectBalanced(actors.engine)
    }

    @Test("ends the group when a failure is escalated")
    func failure() async throws {
        let cancelled = Journal<Bool>()
        let actors = try EngineService("frail", logger: log.logger) { engine in
            try engine.spawn("chief") { Chief { Failing() } }
        }
        let group = ServiceGroup(
            services: [Bystander(cancelled: cancelled), actors], logger: log.logger)
        await #expect(throws: Mishap()) { try await group.run() }
        #expect(cancelled.entries == [true])
        #expect(actors.engine.isClosed)
        try expectBalanced(actors.engine)
    }

    @Test("is cancelled with the group")
    func cancellation() async throws {
        let started = Gate()
        let actors = try EngineService(logger: log.logger) { engine in
            let spinner = try engine.spawn { Spinner(started: started) }
            try spinner.send(0)
        }
        let group = ServiceGroup(services: [actors], logger: log.logger)
        let run = Task { try await group.run() }
        await started.wait()
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(actors.engine.isClosed)
        try expectBalanced(actors.engine)
    }

    @Test("of several runs each engine on its own, and ends them in reverse order")
    func several() async throws {
        let first = Journal<Int>()
        let second = Journal<Int>()
        let back = try EngineService("back", logger: log.logger)
        let store = try back.engine.spawn("store") { Worker(journal: first, special: -1) }
        let enough = Gate()
        let front = try EngineService("front", logger: log.logger) { engine in
            let relay = try engine.spawn("relay") {
                Relay(next: store, journal: second, enough: enough)
            }
            for i in 0..<1000 { try relay.send(i) }
        }
        let group = ServiceGroup(services: [back, front], logger: log.logger)
        async let run: Void = group.run()
        await enough.wait()
        await group.triggerGracefulShutdown()
        try await run
        #expect(second.holds(0..<1000))
        #expect(first.holds(0..<1000))
        try expectBalanced(back.engine)
        try expectBalanced(front.engine)
    }
}
