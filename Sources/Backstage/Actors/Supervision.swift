import BackstageCore
import CBackstage

/// How an actor supervises its children: who restarts when one of them fails, and how often that may be.
///
/// ```swift
/// ActorOptions(supervision: Supervision(.oneForAll, restarts: 5, within: .seconds(10)))
/// ```
public struct Supervision: Sendable {
    /// Who restarts with a child that does.
    public enum Strategy: UInt32, Sendable {
        /// It alone.
        case oneForOne = 0
        /// All children.
        case oneForAll = 1
        /// Those born after it.
        case restForOne = 2
    }

    /// What follows on a failure.
    public enum Directive: UInt32, Sendable {
        /// The child starts anew; it keeps its ref, its inbox, its subscriptions and who monitors it.
        case restart = 0
        /// It goes on with the next message, as if nothing had happened.
        case resume = 1
        /// It ends.
        case stop = 2
        /// The supervisor fails, and its own supervisor decides.
        case escalate = 3
    }

    /// A wait before a restart, which doubles each time up to `most`, until the child has run for the
    /// window without one. `jitter`, from 0 to 1, is the part of each wait that is taken off at random.
    public struct Backoff: Sendable {
        /// Before the first restart.
        public var first: Duration
        /// The longest wait; nil: 64 times the first.
        public var most: Duration?
        /// From 0 to 1.
        public var jitter: Double

        /// A wait of `first` that doubles up to `most`.
        public init(from first: Duration, to most: Duration? = nil, jitter: Double = 0) {
            self.first = first
            self.most = most
            self.jitter = jitter
        }
    }

    /// Who restarts with a child that does.
    public var strategy: Strategy
    /// For every failure, unless `decide` is given.
    public var directive: Directive
    /// Decides on each failure. Runs on the engine's thread, as soon as the child has failed.
    public var decide: (@Sendable (Failure) -> Directive)?
    /// Restarts within the window before the supervisor gives up, 1 to 4096.
    public var restarts: Int
    /// How long a restart counts.
    public var window: Duration
    /// The wait before a restart; nil: none.
    public var backoff: Backoff?

    /// With one directive for every failure.
    public init(
        _ strategy: Strategy = .oneForOne, onFailure directive: Directive = .restart, restarts: Int = 3,
        within window: Duration = .seconds(5), backoff: Backoff? = nil
    ) {
        self.strategy = strategy
        self.directive = directive
        self.restarts = restarts
        self.window = window
        self.backoff = backoff
    }

    /// The same with a closure that decides.
    public init(
        _ strategy: Strategy = .oneForOne, restarts: Int = 3, within window: Duration = .seconds(5),
        backoff: Backoff? = nil, decide: @escaping @Sendable (Failure) -> Directive
    ) {
        self.init(strategy, restarts: restarts, within: window, backoff: backoff)
        self.decide = decide
    }

    /// For C; nil if a number is out of its range.
    func forCore() -> backstage_supervision? {
        guard (1...Int(BACKSTAGE_RESTARTS_MAX)).contains(restarts), window > .zero else { return nil }
        var options = backstage_supervision()
        options.strategy = strategy.rawValue
        options.directive = directive.rawValue
        options.restarts_max = UInt32(restarts)
        options.window_ns = window.nanoseconds
        if decide != nil { options.decide = decideNative }
        guard let backoff else { return options }
        guard (0...1).contains(backoff.jitter), backoff.first > .zero else { return nil }
        options.backoff_ns = backoff.first.nanoseconds
        options.backoff_max_ns = backoff.most?.nanoseconds ?? 0
        options.jitter_percent = UInt32(backoff.jitter * 100)
        return options
    }
}

/// A child's failure, as its supervisor is asked about it.
public struct Failure {
    /// Who failed.
    public let child: AnyActorRef
    /// What it threw; for a child written in C, its status as a ``BackstageError``.
    public let error: any Error
    /// The status that C and Python see.
    public let status: Int32
    /// How often it was restarted before.
    public let restarts: Int
}

private func decideNative(
    _ supervisor: OpaquePointer?, _ child: backstage_ref, _ status: backstage_status, _ restarts: UInt64,
    _ state: UnsafeMutableRawPointer?
) -> backstage_directive {
    let cell = AnyCell.of(state)
    // What was thrown last in the engine, by the child or, if it escalated, by one below it; unless that
    // was one of C or Python.
    let core = cell.core.pointee.engine
    let isNative = core.actor(child).map { core.isNative($0) } ?? false
    let thrown = cell.hooks.lastFailure.flatMap { BackstageError.status(of: $0) == status ? $0 : nil }
    let failure = Failure(
        child: AnyActorRef(child, cell.hooks.number),
        error: isNative ? thrown ?? BackstageError(status: status) : BackstageError(status: status),
        status: status, restarts: Int(clamping: restarts))
    return (cell.decide?(failure) ?? .stop).rawValue
}
