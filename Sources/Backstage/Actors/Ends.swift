import BackstageCore
import CBackstage

/// Why an actor ended.
public enum EndReason: UInt32, Sendable {
    /// It shut itself down.
    case normal = 1
    /// It was stopped or poisoned, or its parent ended.
    case stopped = 2
    /// It failed, or a child failed that it answers for.
    case failed = 3
    /// It was not drained in time.
    case killed = 4
    /// The engine was closed.
    case engineEnded = 5
    /// It had ended before it was monitored.
    case notFound = 6
    /// It starts again: given to ``Actor/ended(_:_:)`` alone.
    case restarted = 7
}

/// An actor's end, as those are told who monitor it.
public struct Termination: Sendable, Hashable {
    /// Who ended.
    public let actor: AnyActorRef
    /// Why it ended.
    public let reason: EndReason
    /// The status of the failure that it ended for, if it was one; else 0.
    public let status: Int32
    /// With whom its end began: itself, unless it was the end of another.
    public let origin: AnyActorRef
    /// Why that one ended, or failed.
    public let originReason: EndReason

    init(_ slot: UnsafePointer<backstage_envelope>, _ engine: UInt32) {
        let event = slot.pointee.payload.load(as: backstage_termination.self)
        actor = AnyActorRef(slot.pointee.sender, engine)
        reason = EndReason(rawValue: event.reason) ?? .failed
        status = event.status
        origin = AnyActorRef(event.origin, engine)
        originReason = EndReason(rawValue: event.origin_reason) ?? reason
    }
}

/// Somebody subscribed to an actor's topic, or no longer does.
public struct SubscriptionChange: Sendable, Hashable {
    /// Who subscribed, or no longer does.
    public let subscriber: AnyActorRef
    /// The topic or pattern; nil for the default topic.
    public let topic: String?
    /// Whether the subscription begins, or ends.
    public let begins: Bool
}
