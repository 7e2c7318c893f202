import CBackstage
import Testing

@testable import BackstageCore

/// An actor that notes what it receives, and does what its test tells it to. Lives until its last
/// `deinit` has run.
final class Probe {
    struct Message: Equatable {
        var type: UInt16
        var sender: backstage_ref
        var token: UInt64
        var bytes: [UInt8]
    }

    var received: [Message] = []
    var batches: [Int] = []
    /// Why `deinit` ran: at restarts, and when it ended.
    var reasons: [backstage_reason] = []
    /// What `deinit` returns then.
    var statusOfEnd = Status.ok
    /// Runs as `init`, if there is one.
    var onStart: ((Actor) -> Status)?
    var onEnd: (Actor) -> Void = { _ in }
    /// Runs as `deinit` before a restart.
    var onRestart: (Actor) -> Status = { _ in .ok }
    /// Decides on a child's failure, as this actor, if it supervises.
    var onFailure: ((Actor, backstage_ref, Status, UInt64) -> Int)?
    var onReceive: (Actor, Envelope) -> Status = { _, _ in .ok }
    /// Sees a batch before its messages are noted.
    var onBatch: (Actor, Envelope, Int) -> Void = { _, _, _ in }

    /// The payloads received.
    var payloads: [[UInt8]] { received.map(\.bytes) }

    fileprivate static func of(_ state: UnsafeMutableRawPointer?) -> Probe {
        Unmanaged<Probe>.fromOpaque(state!).takeUnretainedValue()
    }

    /// Lets go of what it was to do, which may well refer to the probe itself.
    fileprivate func forget() {
        onStart = nil
        onEnd = { _ in }
        onRestart = { _ in .ok }
        onFailure = nil
        onReceive = { _, _ in .ok }
        onBatch = { _, _, _ in }
    }

    fileprivate func receive(_ actor: Actor, _ message: Envelope) -> Status {
        let status = onReceive(actor, message)
        received.append(Message(message))
        return status
    }
}

extension Probe.Message {
    init(_ message: Envelope) {
        self.init(
            type: message.pointee.type, sender: message.pointee.sender, token: message.pointee.token,
            bytes: message.bytes)
    }
}

extension Envelope {
    var bytes: [UInt8] {
        [UInt8](UnsafeRawBufferPointer(start: pointee.payload, count: Int(pointee.size)))
    }
}

private let receiveEach: backstage_receive_callback = { context, message, state in
    Probe.of(state).receive(Actor(context!), Envelope(mutating: message!))
}

private let receiveBatch: backstage_receive_batch_callback = { context, messages, count, handled, state in
    let probe = Probe.of(state)
    let first = Envelope(mutating: messages!)
    probe.batches.append(count)
    probe.onBatch(Actor(context!), first, count)
    for place in 0..<count {
        handled!.pointee = place
        let status = probe.receive(Actor(context!), first + place)
        if status < 0 { return status }
    }
    return .ok
}

private let noteStart: backstage_init_callback = { context, state in
    Probe.of(state).onStart?(Actor(context!)) ?? .ok
}

private let noteEnd: backstage_deinit_callback = { context, reason, state in
    let probe = Probe.of(state)
    probe.reasons.append(reason)
    if reason == Reason.restarted { return probe.onRestart(Actor(context!)) }
    let status = probe.statusOfEnd
    probe.onEnd(Actor(context!))
    probe.forget()
    Unmanaged<Probe>.fromOpaque(state!).release()
    return status
}

private let decide: backstage_decide_callback = { context, child, status, restarts, state in
    let directive = Probe.of(state).onFailure?(Actor(context!), child, status, restarts)
    return backstage_directive(directive ?? BACKSTAGE_DIRECTIVE_STOP)
}

extension Engine {
    /// Spawns a probe. `adjust` may change any other option.
    @discardableResult
    func spawn(
        _ probe: Probe = Probe(), id: String? = nil, kind: String? = nil, parent: Actor? = nil,
        supervision: backstage_supervision? = nil, inBatches: Bool = false,
        _ adjust: (inout backstage_actor_options) -> Void = { _ in }
    ) throws -> Actor {
        var actor: Actor?
        let status = trySpawn(
            probe, id: id, kind: kind, parent: parent, supervision: supervision, inBatches: inBatches, adjust,
            &actor)
        try #require(status == .ok)
        return try #require(actor)
    }

    func trySpawn(
        _ probe: Probe, id: String?, kind: String?, parent: Actor?,
        supervision: backstage_supervision? = nil, inBatches: Bool,
        _ adjust: (inout backstage_actor_options) -> Void, _ actor: inout Actor?
    ) -> Status {
        var options = backstage_actor_options()
        if inBatches { options.receive_batch = receiveBatch } else { options.receive = receiveEach }
        if probe.onStart != nil { options.`init` = noteStart }
        options.deinit = noteEnd
        options.state = Unmanaged.passRetained(probe).toOpaque()
        adjust(&options)
        var supervision = supervision
        if probe.onFailure != nil { supervision?.decide = decide }
        var ref: backstage_ref = 0
        let status = withOptionalCString(id) { id in
            withOptionalCString(kind) { kind in
                options.id = id
                options.kind = kind
                return spawn(options, supervision, parent: parent, &ref)
            }
        }
        if status != .ok { Unmanaged<Probe>.fromOpaque(options.state!).release() }
        actor = self.actor(ref)
        return status
    }
}

func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    text?.withCString { body($0) } ?? body(nil)
}
