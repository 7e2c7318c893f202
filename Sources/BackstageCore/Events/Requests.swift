import CBackstage

extension Actor {
    package func request(
        _ receiver: backstage_ref, _ payload: UnsafeRawPointer?, _ size: Int, timeout: Int64,
        _ token: UnsafeMutablePointer<UInt64>
    ) -> Status {
        var status = checkActive()
        if status != .ok { return status }
        let engine = pointee.engine
        guard let target = engine.actor(receiver) else { return .notFound }
        if target.refusal != .ok { return target.refusal }
        status = engine.compose(MessageType.request, from: ref, payload, size)
        if status != .ok { return status }
        guard let extras = target.makeExtras(),
            timeout <= 0 || engine.pointee.timers.reserve(in: engine),
            let source = engine.makeSource(.request, for: self)
        else {
            engine.discard(engine.pointee.outbox)
            return .noMemory
        }
        engine.linkPeer(source, to: target, extras)
        if timeout > 0 { engine.startTimeout(source, after: UInt64(timeout)) }
        let number = source.token
        engine.pointee.outbox.pointee.token = number
        status = engine.dispatch(to: target)
        if status == .ok {
            token.pointee = number
        } else {
            engine.cancel(source)
        }
        return status
    }

    package func reply(
        to request: UnsafePointer<backstage_envelope>, _ payload: UnsafeRawPointer?, _ size: Int
    ) -> Status {
        var status = check()
        if status != .ok { return status }
        let engine = pointee.engine
        status = engine.compose(MessageType.reply, from: ref, payload, size, token: request.pointee.token)
        if status != .ok { return status }
        guard let source = engine.waitingRequest(request.pointee.token),
            source.pointee.owner.ref == request.pointee.sender
        else {
            engine.pointee.accepted += 1
            engine.bury(engine.pointee.outbox, addressedTo: request.pointee.sender, DeadReason.notWaiting)
            return .notWaiting
        }
        let asker = source.pointee.owner
        status = engine.deliverReply(to: asker)
        if status == .ok {
            engine.cancel(source)
        } else {
            engine.discard(engine.pointee.outbox)
        }
        return status
    }
}

extension Engine {
    /// The request of a token, if it still waits for its answer.
    func waitingRequest(_ token: UInt64) -> Source? {
        guard let source = pointee.sources.find(token), source.pointee.kind == .request,
            !source.pointee.isPending
        else { return nil }
        return source
    }

    /// A reply is never dropped by a policy: its sender is told, and may try again.
    func deliverReply(to asker: Actor) -> Status {
        if asker.waiting >= asker.details.pointee.capacity, asker.refusal == .ok { return .inboxFull }
        return deliver(pointee.outbox, to: asker)
    }

    /// A request has waited long enough.
    func expireRequest(_ source: Source) { failRequest(source, .timeout) }

    /// The message of a request became a dead letter, so nobody will answer it, unless it has been
    /// forwarded to somebody else.
    func requestDied(_ message: Envelope, _ receiver: backstage_ref, _ reason: backstage_dead_reason) {
        guard let source = waitingRequest(message.pointee.token), source.pointee.target == receiver,
            source.pointee.owner.ref == message.pointee.sender
        else { return }
        switch reason {
        case DeadReason.droppedNewest, DeadReason.droppedOldest, DeadReason.inboxFull:
            failRequest(source, .inboxFull)
        default: failRequest(source, .stopped)
        }
    }

    private func failRequest(_ source: Source, _ status: Status) {
        cancelTimeout(source)
        if let target = actor(source.pointee.target) { unlinkPeer(source, from: target) }
        source.pointee.status = status
        raise(source)
    }

    /// A request was forwarded: from now on it waits for another actor.
    func redirectRequest(_ source: Source, to target: Actor, _ extras: UnsafeMutablePointer<ActorExtras>) {
        if let former = actor(source.pointee.target) { unlinkPeer(source, from: former) }
        linkPeer(source, to: target, extras)
    }
}
