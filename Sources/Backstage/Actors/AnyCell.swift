import BackstageCore
import CBackstage

/// What the engine calls back for an actor of Swift: its state, as C sees it. One more reference than
/// anybody's is held while the actor lives.
@usableFromInline class AnyCell {
    /// Receives messages: made where the actor's type is known, so that the compiler can make the best of
    /// that. It is given the cell as the engine knows it.
    let receive: (Slot, UnsafeMutableRawPointer) -> Int32
    // The engine's end of it: set once the actor is spawned.
    private(set) unowned(unsafe) var hooks: EngineHooks!
    private(set) var core: CoreActor!
    /// What it failed with last.
    var failure: (any Error)?
    var decide: (@Sendable (Failure) -> Supervision.Directive)?
    /// The message or event in hand.
    var slot: Slot?

    @usableFromInline init(receive: @escaping (Slot, UnsafeMutableRawPointer) -> Int32) {
        self.receive = receive
    }

    func start() throws {}
    func end(_ reason: EndReason) throws {}

    /// The type of its messages.
    var messageType: Any.Type { Never.self }
    /// A copy of a message of its that lies there.
    func copyMessage(_ value: UnsafeRawPointer) -> Any { () }

    func join(_ hooks: EngineHooks, _ options: ActorOptions) {
        self.hooks = hooks
        decide = options.supervision?.decide
    }

    func settle(_ core: CoreActor) { self.core = core }

    /// Notes a failure for the log and the supervisor. Its status.
    func fail(_ error: any Error) -> Int32 {
        failure = error
        hooks.failure = error
        hooks.lastFailure = error
        return BackstageError.status(of: error)
    }

    /// Calls back outside a turn's messages, where the core does not know who acts.
    func acting(_ body: () throws -> Void) -> Int32 {
        let engine = core.pointee.engine
        let outer = engine.pointee.acting
        engine.pointee.acting = core
        defer { engine.pointee.acting = outer }
        do {
            try body()
            return 0
        } catch {
            return fail(error)
        }
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
    return cell.acting { try cell.start() }
}

func endNative(_ context: OpaquePointer?, _ reason: backstage_reason, _ state: UnsafeMutableRawPointer?)
    -> backstage_status
{
    let cell = AnyCell.of(state)
    let reason = EndReason(rawValue: reason) ?? .stopped
    let status = cell.acting { try cell.end(reason) }
    if reason != .restarted { Unmanaged.passUnretained(cell).release() }
    return status
}
