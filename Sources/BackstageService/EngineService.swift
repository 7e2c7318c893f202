import Backstage
import Logging
import Metrics
import ServiceLifecycle

/// Runs a Backstage engine as a service beside others in a `ServiceGroup`.
///
/// ```swift
/// import Backstage
/// import BackstageService
/// import Logging
/// import ServiceLifecycle
///
/// let logger = Logger(label: "shop")
/// let actors = try EngineService("orders", logger: logger) { engine in
///     try engine.spawn("desk") { Desk() }
/// }
/// let group = ServiceGroup(
///     services: [actors, HTTPServer(engine: actors.engine)],
///     gracefulShutdownSignals: [.sigterm], cancellationSignals: [.sigint], logger: logger)
/// try await group.run()
/// ```
///
/// The engine has a thread of its own, on which the set-up and all actors run. Other services send to
/// actors by their refs, on any thread. A ref comes from a spawn on ``engine`` before the service runs; or
/// it is asked for later, which waits until the set-up is done:
///
/// ```swift
/// let desk = try await actors.engine.perform { try $0.find("desk", as: Desk.Message.self) }
/// ```
///
/// ## How it ends
///
/// | cause | what happens | ``run()`` |
/// | --- | --- | --- |
/// | graceful shutdown | actors handle what they have been sent, until the drain timeout | returns |
/// | cancellation | nothing more is handled | throws `CancellationError` |
/// | a failure escalated past the top | nothing more is handled | throws that failure |
/// | `engine.stop()`, by an actor, say | nothing more is handled | returns |
/// | `engine.drain(timeout:)`, by an actor | actors handle what they have queued | returns, or throws `timeout` |
/// | the set-up throws | nothing is handled | throws that error |
///
/// Whichever it is, the engine is closed when ``run()`` has ended: every actor has ended, and each message
/// that was accepted has been handled or is a dead letter. A service that returns by itself, or throws,
/// ends its group too, unless the group's configuration says otherwise.
///
/// A `ServiceGroup` shuts its services down in reverse order: list the engine before those that send to
/// it, so that they are done when it drains.
///
/// ## Log
///
/// The engine's log goes to the logger, and so do dead letters, at a limited rate: see ``EngineObserver``
/// for how, and ``Configuration/deadLetters`` for how many. The service itself logs at the level `debug`,
/// but for a `warning` when the engine was not drained in time. All lines carry the service's name as
/// `backstage.engine`.
///
/// ## Metrics
///
/// The engine's statistics are reported at ``Configuration/metricsInterval``, by an actor without an id,
/// which counts among the engine's actors, and once more when the engine has been closed. All have the
/// dimension `engine`: the service's name.
///
/// | label | kind | what |
/// | --- | --- | --- |
/// | `backstage.messages.accepted` | counter | messages taken over from senders |
/// | `backstage.messages.handled` | counter | messages handled |
/// | `backstage.messages.dead` | counter | dead letters, by their `reason`: `inbox_full`, say |
/// | `backstage.messages.queued` | meter | messages waiting now |
/// | `backstage.events.handled` | counter | events handled: of timers, descriptors, signals, … |
/// | `backstage.actors.alive` | meter | actors alive now |
/// | `backstage.actors.spawned` | counter | actors ever spawned |
/// | `backstage.actors.failures` | counter | failures of actors |
/// | `backstage.actors.restarts` | counter | restarts of actors |
/// | `backstage.polls` | counter | looks at the system for descriptors |
/// | `backstage.memory.bytes` | meter | bytes that the engine holds now |
public final class EngineService: Service {
    /// The service's name, in the log and in metrics.
    public let name: String

    /// The engine. Until the service runs, it belongs to the thread that made it, which may spawn actors;
    /// then to a thread of its own, until it is closed.
    public let engine: Engine

    let configuration: Configuration
    let observer: EngineObserver?
    let logger: Logger
    let metricsFactory: any MetricsFactory
    let setUp: @Sendable (Engine) throws -> Void
    let request = ShutdownRequest()

    /// Makes a service, and its engine.
    ///
    /// - Parameters:
    ///   - name: Tells this engine from others in the log and in metrics.
    ///   - options: The engine's. Closures for its log and its dead letters are called besides what the
    ///     service does with them.
    ///   - configuration: How the service ends, and what it reports.
    ///   - logger: Where the log goes.
    ///   - metrics: Where metrics go; `nil` for what `MetricsSystem` has at this moment.
    ///   - setUp: Spawns actors: called with the engine, on its thread, before it runs. Not called if the
    ///     service is shut down or cancelled before that.
    /// - Throws: The error of the engine that could not be made.
    public convenience init(
        _ name: String = "backstage", options: EngineOptions = EngineOptions(),
        configuration: Configuration = Configuration(), logger: Logger,
        metrics: (any MetricsFactory)? = nil,
        setUp: @escaping @Sendable (Engine) throws -> Void = { _ in }
    ) throws(BackstageError) {
        let logger = logger.ofEngine(name)
        let observer = EngineObserver(logger: logger, deadLetters: configuration.deadLetters)
        let engine = try Engine(observer.observing(options))
        self.init(
            name, engine: engine, observer: observer, configuration: configuration, logger: logger,
            metrics: metrics, setUp: setUp)
    }

    /// Makes a service of an engine that you have made. It must not be running when the service runs, and is
    /// closed at the service's end.
    ///
    /// - Parameters:
    ///   - name: Tells this engine from others in the log and in metrics.
    ///   - engine: The engine.
    ///   - observer: The observer that the engine was made with. Without one, the engine's own log goes
    ///     where its options say, and its dead letters are counted without their reasons.
    ///   - configuration: How the service ends, and what it reports.
    ///   - logger: Where the service's own log goes.
    ///   - metrics: Where metrics go; `nil` for what `MetricsSystem` has at this moment.
    ///   - setUp: Spawns actors, as for an engine that the service makes.
    public init(
        _ name: String = "backstage", engine: Engine, observer: EngineObserver? = nil,
        configuration: Configuration = Configuration(), logger: Logger,
        metrics: (any MetricsFactory)? = nil,
        setUp: @escaping @Sendable (Engine) throws -> Void = { _ in }
    ) {
        self.name = name
        self.engine = engine
        self.configuration = configuration
        self.observer = observer
        self.logger = logger.ofEngine(name)
        metricsFactory = metrics ?? MetricsSystem.factory
        self.setUp = setUp
    }

    /// Runs the engine until it ends, for one of the causes above. A `ServiceGroup` calls this. Once only.
    ///
    /// - Throws: `CancellationError`, the failure that ended the engine, the error of the set-up, or an
    ///   ``EngineServiceError``.
    public func run() async throws {
        try request.begin()
        let result = await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await runOnThread()
            } onGracefulShutdown: {
                self.request.make(.drain, of: self.engine)
            }
        } onCancel: {
            self.request.make(.stop, of: self.engine)
        }
        try result.get()
    }

    private func runOnThread() async -> Result<Void, any Error> {
        var thread: EngineThread?
        let result = await withCheckedContinuation { continuation in
            do {
                thread = try EngineThread { continuation.resume(returning: EngineLife(self).live()) }
            } catch {
                continuation.resume(returning: EngineLife(self).end(.failure(error)))
            }
        }
        thread?.join()
        return result
    }
}

extension EngineService: CustomStringConvertible {
    /// The service's type and name: by this a `ServiceGroup` speaks of it.
    public var description: String { "EngineService(\(name))" }
}

extension Logger {
    /// The same logger, whose lines tell which engine they are about.
    fileprivate func ofEngine(_ name: String) -> Logger {
        var logger = self
        logger[metadataKey: "backstage.engine"] = "\(name)"
        return logger
    }
}
