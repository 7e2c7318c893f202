import BackstageCore
import CBackstage

/// How long ``Engine/run(_:timeout:)`` runs.
public enum RunMode: Sendable {
    /// Until ``Engine/stop()``, sleeping when idle.
    case untilStopped
    /// Until no message is queued and nothing is due; it does not sleep.
    case untilIdle
    /// Sleeps until there is work, then gives each ready actor a turn.
    case once
    /// A turn for each ready actor, if any; it does not sleep.
    case noWait

    var forCore: backstage_run_mode {
        switch self {
        case .untilStopped: backstage_run_mode(BACKSTAGE_RUN_UNTIL_STOPPED)
        case .untilIdle: backstage_run_mode(BACKSTAGE_RUN_UNTIL_IDLE)
        case .once: backstage_run_mode(BACKSTAGE_RUN_ONCE)
        case .noWait: backstage_run_mode(BACKSTAGE_RUN_NO_WAIT)
        }
    }
}

extension Engine {
    /// Runs actors on the calling thread, which is the engine's, until the mode says that it is over, or
    /// the engine is stopped.
    ///
    /// On a virtual clock nothing sleeps for time: a run that could only wait for a timer throws `timeout`
    /// at once if it has a timeout, else waits for descriptors, signals and other threads.
    ///
    /// - Throws: `timeout` when that much of the engine's time has passed; `failed` or `status` when a
    ///   failure was escalated past the top; `inCallback` inside any callback; `wrongThread`; `closed`.
    public func run(_ mode: RunMode = .untilStopped, timeout: Duration? = nil) throws(BackstageError) {
        try checkOpen()
        let status = core.run(mode.forCore, timeout: timeout.map { max(0, $0.nanoseconds) } ?? -1)
        withExtendedLifetime(self) {}
        if status == Status(BACKSTAGE_USER_STATUS), hooks.lastFailure != nil { throw .failed }
        try throwing(status)
    }

    /// What the actor threw that failed last; nil if none has. After a run that threw `failed`, what was
    /// escalated.
    ///
    /// The engine's thread; nil elsewhere.
    public var lastFailure: (any Error)? {
        isClosed || core.check() == 0 ? hooks.lastFailure : nil
    }

    /// Makes the run return once the callback in hand has; if none is running, the next one returns at
    /// once. Actors and messages stay as they are. Any thread.
    public func stop() {
        _ = EngineTable.with(number) { $0.requestStop() }
    }

    /// Ends all actors gracefully: what they have queued they handle, and they still hear from each other,
    /// but nobody else; then they end, the last born first, and the run returns. Until then no actor without
    /// a parent can be spawned.
    ///
    /// - Parameter timeout: after so long the rest is killed, and the run throws `timeout`; nil: never.
    /// - Throws: `noMemory`, `wrongThread`, `closed`.
    public func drain(timeout: Duration? = nil) throws(BackstageError) {
        try checkOpen()
        try throwing(core.drain(within: timeout.map { max(0, $0.nanoseconds) } ?? -1))
    }

    /// Moves a virtual clock forward at one stroke, as if the engine had been busy for so long.
    ///
    /// - Throws: `notVirtual`; `invalidArgument` for a negative duration, or beyond 292 years in all.
    public func advance(by duration: Duration) throws(BackstageError) {
        try checkHere()
        guard duration >= .zero, duration.nanoseconds < .max else { throw .invalidArgument }
        try throwing(core.advance(by: UInt64(duration.nanoseconds)))
    }

    /// The engine's clock: since an arbitrary moment, or of virtual time.
    ///
    /// The engine's thread; elsewhere, and once it is closed, zero.
    public var now: Duration {
        if isClosed || core.check() != 0 { return .zero }
        return .nanoseconds(Int64(clamping: core.currentTime))
    }

    /// When, on the engine's clock, the next timer, timeout or delayed restart is due; nil if none is.
    ///
    /// The engine's thread; nil elsewhere.
    public var nextDue: Duration? {
        if isClosed || core.check() != 0 { return nil }
        return core.nextDue.map { .nanoseconds(Int64(clamping: $0)) }
    }

    /// Whether a run would find nothing to do, descriptors and signals aside: no message that can be
    /// handled, nothing due, nothing from other threads.
    ///
    /// The engine's thread; false elsewhere.
    public var isIdle: Bool { !isClosed && core.check() == 0 && core.isIdle }
}
