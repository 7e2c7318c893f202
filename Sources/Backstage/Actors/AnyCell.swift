import BackstageCore
import CBackstage

/// Sees a message or an event through: to the actor, if it is for that. A negative status is a failure. It
/// is given the cell as the engine knows it.
@usableFromInline typealias Handler = (Slot, UnsafeMutableRawPointer) -> Int32

/// What the engine calls back for an actor of Swift: its state, as C sees it. One more reference than
/// anybody's is held while the actor lives.
///
/// Little of it is generic, and that is for speed: what depends on types is closures made where the types
/// are known, so that the compiler can make the best of that. Accesses are not checked for exclusivity: no
/// closure of a user's runs inside of one.
@usableFromInline class AnyCell {
    /// Receives all messages and events.
    let receive: Handler
    /// Gives the actor a message that lies somewhere: it is moved from there.
    let deliver: (UnsafeMutableRawPointer, Slot, UnsafeMutableRawPointer) -> Int32
    /// Where the actor is: apart from the cell, so that it can be changed with no check that nobody else is.
    @usableFromInline let place: UnsafeMutableRawPointer
    /// Whether nothing receives in the actor's place: where the hot path can see it.
    @usableFromInline let isPlain: UnsafeMutablePointer<Bool>
    /// Of the type of its messages.
    let messageTypePointer: UnsafeRawPointer
    // The engine's end of it: set once the actor is spawned.
    @exclusivity(unchecked) private(set) unowned(unsafe) var hooks: EngineHooks!
    @exclusivity(unchecked) private(set) var core: CoreActor!
    /// What it failed with last.
    @exclusivity(unchecked) var failure: (any Error)?
    private(set) var decide: (@Sendable (Failure) -> Supervision.Directive)?

    /// Of timers and watchers, by token: gone with a restart.
    @exclusivity(unchecked) var sources: [UInt64: Source] = [:]
    /// Of requests, by token.
    @exclusivity(unchecked) var requests: [UInt64: Handler] = [:]
    /// By who is monitored.
    @exclusivity(unchecked) var monitors: [UInt64: Handler] = [:]
    @exclusivity(unchecked) var subscriptions: [SubscriptionEntry] = []
    @exclusivity(unchecked) var receiveTimeout: Handler?
    /// Asynchronous work: given up with a restart.
    @exclusivity(unchecked) var tasks: [UInt64: ActorTask] = [:]
    @exclusivity(unchecked) var taskCount: UInt64 = 0

    struct Source {
        let handler: Handler
        let isOnce: Bool
    }

    @usableFromInline init(
        _ messageType: UnsafeRawPointer, _ place: UnsafeMutableRawPointer,
        _ isPlain: UnsafeMutablePointer<Bool>, receive: @escaping Handler,
        deliver: @escaping (UnsafeMutableRawPointer, Slot, UnsafeMutableRawPointer) -> Int32
    ) {
        messageTypePointer = messageType
        self.place = place
        self.isPlain = isPlain
        self.receive = receive
        self.deliver = deliver
    }

    // What the engine wants in the course of the actor's life.
    func start() throws {}
    func end(_ reason: EndReason) throws {}
    /// A message while another behavior is in place, or bytes.
    func receiveWithCare(_ slot: Slot) throws {}
    func childFailed(_ termination: Termination) throws {}
    func subscriptionChanged(_ change: SubscriptionChange) throws {}

    /// The type of its messages.
    var messageType: Any.Type { Never.self }

    func join(_ hooks: EngineHooks, _ options: ActorOptions) {
        self.hooks = hooks
        decide = options.supervision?.decide
    }

    func settle(_ core: CoreActor) { self.core = core }

    /// The actor starts again: what does not survive that is gone.
    func forgetSources() {
        sources = [:]
        receiveTimeout = nil
        if !tasks.isEmpty { abandonTasks() }
    }

    /// Notes a failure for the log and the supervisor. Its status.
    func fail(_ error: any Error) -> Int32 {
        failure = error
        hooks.failure = error
        hooks.lastFailure = error
        return BackstageError.status(of: error)
    }

    func attempt(_ body: () throws -> Void) -> Int32 {
        do {
            try body()
            return 0
        } catch {
            return fail(error)
        }
    }

    /// Calls back outside a turn's messages, where the core does not know who acts.
    func acting(_ body: () -> Int32) -> Int32 {
        let engine = core.pointee.engine
        let outer = engine.pointee.acting
        engine.pointee.acting = core
        defer { engine.pointee.acting = outer }
        return body()
    }
}

extension AnyCell {
    @inline(__always)
    static func of(_ state: UnsafeMutableRawPointer?) -> AnyCell {
        Unmanaged<AnyCell>.fromOpaque(state.unsafelyUnwrapped).takeUnretainedValue()
    }

    /// The cell of an actor, if that is one of Swift.
    static func of(_ actor: CoreActor, in core: Core) -> AnyCell? {
        core.isNative(actor) ? of(actor.nativeState) : nil
    }
}

@usableFromInline @inline(never)
func fail(_ state: UnsafeMutableRawPointer, _ error: any Error) -> Int32 { AnyCell.of(state).fail(error) }

/// By this the core knows an actor of Swift: one pointer for all.
let nativeReceive: backstage_receive_callback = receiveNative

private func receiveNative(
    _ context: OpaquePointer?, _ envelope: UnsafePointer<backstage_envelope>?,
    _ state: UnsafeMutableRawPointer?
) -> backstage_status {
    let state = state.unsafelyUnwrapped
    return Unmanaged<AnyCell>.fromOpaque(state)._withUnsafeGuaranteedRef {
        $0.receive(Slot(mutating: envelope.unsafelyUnwrapped), state)
    }
}

func startNative(_ context: OpaquePointer?, _ state: UnsafeMutableRawPointer?) -> backstage_status {
    let cell = AnyCell.of(state)
    return cell.acting { cell.attempt { try cell.start() } }
}

func endNative(_ context: OpaquePointer?, _ reason: backstage_reason, _ state: UnsafeMutableRawPointer?)
    -> backstage_status
{
    let cell = AnyCell.of(state)
    let reason = EndReason(rawValue: reason) ?? .stopped
    let status = cell.acting { cell.attempt { try cell.end(reason) } }
    if reason != .restarted {
        cell.hooks.noteEnd(of: cell, reason)
        Unmanaged.passUnretained(cell).release()
    }
    return status
}
