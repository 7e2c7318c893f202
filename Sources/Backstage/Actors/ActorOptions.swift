import BackstageCore
import CBackstage

/// How an actor is run. What is zero has the default of `backstage.h`.
public struct ActorOptions: Sendable {
    /// What becomes of a message for a full inbox.
    public enum Overflow: UInt32, Sendable {
        /// It is refused: the send throws `inboxFull`.
        case reject = 0
        /// It is accepted, and becomes a dead letter.
        case dropNewest = 1
        /// It is accepted, and the oldest becomes a dead letter.
        case dropOldest = 2
    }

    /// When its supervisor starts an actor again.
    public enum Restart: UInt32, Sendable {
        /// Whenever it ends by itself.
        case permanent = 0
        /// When it failed.
        case transient = 1
        /// Never.
        case temporary = 2
    }

    /// Messages that its inbox holds; 0: 1024.
    public var capacity: Int
    /// What becomes of a message when it is full.
    public var overflow: Overflow
    /// Messages in a turn, 255 at most; 0: 64.
    public var budget: Int
    /// Whether it is told of subscriptions to its topics.
    public var seesSubscriptions: Bool
    /// How it supervises its children; nil: those that fail end.
    public var supervision: Supervision?
    /// Its own part in being supervised.
    public var restart: Restart

    /// The defaults, but for what is given.
    public init(
        capacity: Int = 0, overflow: Overflow = .reject, budget: Int = 0, seesSubscriptions: Bool = false,
        supervision: Supervision? = nil, restart: Restart = .permanent
    ) {
        self.capacity = capacity
        self.overflow = overflow
        self.budget = budget
        self.seesSubscriptions = seesSubscriptions
        self.supervision = supervision
        self.restart = restart
    }

    /// For C, but for id, kind, callbacks and state; nil if a number is out of its range.
    func forCore() -> backstage_actor_options? {
        guard let capacity = UInt32(exactly: capacity), let budget = UInt32(exactly: budget) else {
            return nil
        }
        var options = backstage_actor_options()
        options.capacity = capacity
        options.overflow = overflow.rawValue
        options.budget = budget
        options.sees_subscriptions = seesSubscriptions ? 1 : 0
        options.restart = restart.rawValue
        return options
    }
}
