import Backstage
import Logging

/// The life of a service's engine, from the set-up to the close, on one thread.
struct EngineLife {
    private let service: EngineService
    private let metrics: EngineMetrics

    private var engine: Engine { service.engine }
    private var logger: Logger { service.logger }
    private var wish: ShutdownRequest.Wish { service.request.wish }

    init(_ service: EngineService) {
        self.service = service
        metrics = EngineMetrics(
            service.configuration.metricsPrefix,
            [("engine", service.name)] + service.configuration.metricsDimensions, service.metricsFactory)
    }

    /// Lives it, and tells how it ended.
    func live() -> Result<Void, any Error> {
        do {
            try engine.adopt()
        } catch {
            // It runs elsewhere, so it is not this service's to close.
            service.request.end()
            return .failure(error)
        }
        return end(
            Result {
                if wish == .none { try begin() }
                try run()
                if wish == .stop { throw CancellationError() }
            })
    }

    /// Closes the engine, which runs no more, and makes the last report.
    func end(_ result: Result<Void, any Error>) -> Result<Void, any Error> {
        service.request.end()
        let closed = Result { try close() }
        return result.flatMap { closed }
    }

    private func close() throws {
        try engine.close()
        report()
        let statistics = try engine.statistics()
        logger.debug(
            "Engine closed",
            metadata: [
                "backstage.accepted": "\(statistics.accepted)", "backstage.handled": "\(statistics.handled)",
                "backstage.dead": "\(statistics.dead)",
            ])
    }

    private func begin() throws {
        if let interval = service.configuration.metricsInterval {
            try engine.spawn { Reporter(interval: interval, report: report) }
        }
        try service.setUp(engine)
        logger.debug("Engine set up")
    }

    private func run() throws {
        try run(.untilStopped)
        guard wish == .drain else { return }
        let began = engine.now
        let limit = service.configuration.drainTimeout
        if wish == .drain { try takeIn(within: min(limit ?? Self.takeInLimit, Self.takeInLimit)) }
        if wish == .drain { try drain(within: limit.map { max(.zero, $0 - (engine.now - began)) }) }
    }

    private static let takeInLimit = Duration.seconds(1)

    /// Lets actors catch up with what other threads have sent: a drain accepts nothing more from these, and
    /// what waits for room in a full inbox, though sent before, is not in there yet. Should another have
    /// stopped the engine at the same moment as the wish did, that stop ends this, and not the drain.
    private func takeIn(within limit: Duration) throws {
        let end = engine.now + limit
        try isTimeout(by: end) { try run(.untilIdle, timeout: limit) }
    }

    private func drain(within limit: Duration?) throws {
        logger.debug("Engine drains")
        let end = limit.map { engine.now + $0 }
        try engine.drain(timeout: limit)
        if try isTimeout(by: end, { try run(.untilStopped) }) {
            logger.warning("Engine was not drained in time: actors with work left were killed")
        }
    }

    /// Whether the body throws a timeout because time is over: an actor can fail with a timeout, too.
    @discardableResult
    private func isTimeout(by end: Duration?, _ body: () throws -> Void) throws -> Bool {
        do {
            try body()
            return false
        } catch BackstageError.timeout {
            guard let end, engine.now >= end else { throw BackstageError.timeout }
            return true
        }
    }

    /// Runs the engine, and throws what the actor itself threw whose failure ends the run.
    private func run(_ mode: RunMode, timeout: Duration? = nil) throws {
        do {
            try engine.run(mode, timeout: timeout)
        } catch {
            guard case .failed = error, let failure = engine.lastFailure else { throw error }
            throw failure
        }
    }

    private func report() {
        service.observer?.flush()
        guard let statistics = try? engine.statistics() else { return }
        metrics.report(statistics, deadLetters: service.observer?.deadLetters)
    }
}
