import BackstageCore
import CBackstage

/// The ledger of an engine: `accepted == handled + dead + queued`, always. The message in hand counts as
/// queued; events stand apart.
public struct Statistics: Sendable, Hashable {
    /// Messages taken over from senders.
    public let accepted: Int
    /// Messages handled without a failure.
    public let handled: Int
    /// Dead letters.
    public let dead: Int
    /// Messages waiting, in inboxes or from other threads.
    public let queued: Int
    /// Events handled: timers, descriptors, signals, ends, failures of requests.
    public let events: Int
    /// Actors alive now.
    public let actors: Int
    /// Actors ever.
    public let spawned: Int
    /// Failures of actors.
    public let failures: Int
    /// Restarts of actors.
    public let restarts: Int
    /// Looks at the operating system.
    public let polls: Int
    /// What the engine holds now; not what messages refer to on Swift's heap.
    public let memoryBytes: Int

    init(_ statistics: backstage_statistics) {
        accepted = Int(clamping: statistics.accepted)
        handled = Int(clamping: statistics.handled)
        dead = Int(clamping: statistics.dead)
        queued = Int(clamping: statistics.queued)
        events = Int(clamping: statistics.events)
        actors = Int(clamping: statistics.actors)
        spawned = Int(clamping: statistics.spawned)
        failures = Int(clamping: statistics.failures)
        restarts = Int(clamping: statistics.restarts)
        polls = Int(clamping: statistics.polls)
        memoryBytes = Int(clamping: statistics.memory_bytes)
    }
}

/// What one actor has had.
public struct ActorStatistics: Sendable, Hashable {
    /// In its inbox, the message in hand included.
    public let queued: Int
    /// Handled without a failure.
    public let handled: Int
    /// Dead letters that were for it.
    public let dead: Int
    /// How often it was restarted.
    public let restarts: Int
    /// The most that ever waited.
    public let queuedMax: Int
    /// Held by its inbox now.
    public let memoryBytes: Int
    /// Set aside now, and part of `queued`.
    public let stashed: Int

    init(_ statistics: backstage_actor_statistics) {
        queued = Int(clamping: statistics.queued)
        handled = Int(clamping: statistics.handled)
        dead = Int(clamping: statistics.dead)
        restarts = Int(clamping: statistics.restarts)
        queuedMax = Int(clamping: statistics.queued_max)
        memoryBytes = Int(clamping: statistics.memory_bytes)
        stashed = Int(clamping: statistics.stashed)
    }
}

extension Engine {
    /// The engine's statistics, in constant time. Once it is closed its last ones, on any thread.
    ///
    /// - Throws: `wrongThread`.
    public func statistics() throws(BackstageError) -> Statistics {
        if isClosed, let last = hooks.finalStatistics { return last }
        try checkHere()
        return Statistics(core.statistics)
    }

    /// One actor's statistics, in constant time.
    ///
    /// - Throws: `notFound`, `wrongThread`, `closed`.
    public func statistics(of ref: AnyActorRef) throws(BackstageError) -> ActorStatistics {
        try checkHere()
        guard ref.engineNumber == number, let actor = core.actor(ref.rawValue) else { throw .notFound }
        return ActorStatistics(core.statistics(of: actor))
    }

    /// The same by a typed ref.
    public func statistics<Message: Sendable>(of ref: ActorRef<Message>) throws(BackstageError)
        -> ActorStatistics
    {
        try statistics(of: ref.erased)
    }
}
