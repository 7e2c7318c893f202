import CBackstage
import CLibev

// The event lane: what has happened to an actor's sources and was not handled yet.

extension Engine {
    /// Puts a source into its owner's lane, unless it is there already.
    func raise(_ source: Source) {
        if source.pointee.isPending { return }
        let owner = source.pointee.owner
        let extras = owner.details.pointee.extras.unsafelyUnwrapped
        source.pointee.isPending = true
        source.pointee.laneNext = nil
        source.pointee.lanePrevious = extras.pointee.laneLast
        if let last = extras.pointee.laneLast {
            last.pointee.laneNext = source
        } else {
            extras.pointee.laneFirst = source
        }
        extras.pointee.laneLast = source
        owner.pointee.flags.insert(.events)
        // When the engine ends, only who ends gets a turn.
        if !pointee.isDestroying { makeReady(owner) }
    }

    /// Takes a source out of the lane, if it is there.
    func withdraw(_ source: Source) {
        guard source.pointee.isPending else { return }
        let extras = source.pointee.owner.details.pointee.extras.unsafelyUnwrapped
        source.pointee.isPending = false
        if let previous = source.pointee.lanePrevious {
            previous.pointee.laneNext = source.pointee.laneNext
        } else {
            extras.pointee.laneFirst = source.pointee.laneNext
        }
        if let next = source.pointee.laneNext {
            next.pointee.lanePrevious = source.pointee.lanePrevious
        } else {
            extras.pointee.laneLast = source.pointee.lanePrevious
        }
        if extras.pointee.laneFirst == nil { source.pointee.owner.pointee.flags.remove(.events) }
    }

    /// Hands the actor its events, as many as its budget allows.
    func handleEvents(_ actor: Actor) {
        for _ in 0..<actor.pointee.budget {
            guard !actor.pointee.flags.has(.halting), !actor.pointee.flags.has(.suspended),
                !pointee.stopRequested, !pointee.hasYielded,
                let source = actor.details.pointee.extras?.pointee.laneFirst
            else { return }
            withdraw(source)
            handle(source, actor)
        }
    }

    private func handle(_ source: Source, _ actor: Actor) {
        let token = source.token
        let kind = source.pointee.kind
        compose(source)
        switch kind {
        case .timer where source.pointee.period > 0: break
        case .io, .signal, .receiveTimeout: break
        default: dispose(of: source)
        }
        pointee.events += 1
        pointee.untilLook &-= 1
        let status = receiveEvent(actor)
        if status != 0, interrupt(actor, token, status) { return }
        // The callback may have unwatched it.
        if kind == .io, let source = pointee.sources.find(token) { rearm(source) }
    }

    /// The callback returned something else than OK. Whether the event pends.
    private func interrupt(_ actor: Actor, _ token: UInt64, _ status: Status) -> Bool {
        if status < 0 { fail(actor, status) }
        if status == .yield { pointee.hasYielded = true }
        guard status == .pending else { return false }
        guard pend(actor, .event, token) != nil else {
            fail(actor, .noMemory)
            return false
        }
        if let source = pointee.sources.find(token) { disarm(source) }
        return true
    }

    private func receiveEvent(_ actor: Actor) -> Status {
        let receive = actor.pointee.receive.unsafelyUnwrapped
        guard actor.pointee.flags.has(.batch) else {
            return receive(actor.context, pointee.eventbox, actor.pointee.state)
        }
        var handled = 0
        return unsafeBitCast(receive, to: backstage_receive_batch_callback.self)(
            actor.context, pointee.eventbox, 1, &handled, actor.pointee.state)
    }

    /// Writes the event of a source into the event box.
    private func compose(_ source: Source) {
        switch source.pointee.kind {
        case .timer:
            let event = backstage_timer_event(
                due_ns: source.pointee.target, expirations: source.pointee.count)
            source.pointee.count = 0
            put(MessageType.timer, 0, source.token, event)
        case .io:
            let io = source.pointee.io.unsafelyUnwrapped
            let event = backstage_io_event(fd: io.pointee.watcher.fd, events: UInt32(source.pointee.count))
            put(MessageType.io, 0, source.token, event)
        case .signal:
            let event = backstage_signal_event(
                signal: Int32(source.pointee.reason), count: UInt32(clamping: source.pointee.count))
            source.pointee.count = 0
            put(MessageType.signal, 0, source.token, event)
        case .receiveTimeout:
            let event = backstage_timer_event(due_ns: source.pointee.target, expirations: 1)
            put(MessageType.receiveTimeout, 0, 0, event)
        case .request:
            let event = backstage_failure(status: source.pointee.status)
            put(MessageType.failure, source.pointee.target, source.token, event)
        case .monitor, .notice:
            let event = backstage_termination(
                reason: source.pointee.reason, status: source.pointee.status, origin: source.pointee.origin,
                origin_reason: source.pointee.originReason, reserved: 0)
            put(MessageType.terminated, source.pointee.target, 0, event)
        default: break
        }
    }

    private func put<Event>(_ type: UInt16, _ sender: backstage_ref, _ token: UInt64, _ event: Event) {
        let box = pointee.eventbox
        box.begin(type, from: sender, token: token, size: MemoryLayout<Event>.size)
        box.inlined.storeBytes(of: event, as: Event.self)
    }
}
