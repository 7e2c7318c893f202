import CBackstage

extension Actor {
    @inline(__always)
    package func request(
        _ receiver: backstage_ref, _ payload: UnsafeRawPointer?, _ size: Int, timeout: Int64,
        _ token: UnsafeMutablePointer<UInt64>
    ) -> Status {
        let status = checkActive()
        if status != .ok { return status }
        guard let target = pointee.engine.actor(receiver) else { return .notFound }
        return pointee.engine.request(from: self, to: target, payload, size, timeout, token)
    }

    package func request(
        toID id: UnsafePointer<CChar>?, _ payload: UnsafeRawPointer?, _ size: Int, timeout: Int64,
        _ token: UnsafeMutablePointer<UInt64>
    ) -> Status {
        var status = checkActive()
        if status != .ok { return status }
        let engine = pointee.engine
        guard let name = engine.name(id) else { return id == nil ? .invalidArgument : .invalidID }
        if let target = engine.actor(named: name) {
            return engine.request(from: self, to: target, payload, size, timeout, token)
        }
        status = engine.checkPayload(payload, size)
        if status != .ok { return status }
        guard let source = engine.makeSource(.request, for: self) else { return .noMemory }
        source.pointee.target = 0
        source.pointee.status = .notFound
        engine.raise(source)
        token.pointee = source.token
        return .ok
    }

    /// Gives a request up. Nobody waits for its answer any more.
    package func cancelRequest(_ token: UInt64) -> Status {
        let status = check()
        if status != .ok { return status }
        guard let source = pointee.engine.source(token, of: self), source.pointee.kind == .request else {
            return .notWaiting
        }
        pointee.engine.cancel(source)
        // That may have been the last that a drain waited for.
        if pointee.flags.has(.poisoned) {
            pointee.engine.makeReady(self)
            pointee.engine.settleIfDown(self)
        }
        return .ok
    }

    /// Answers a request, by what an envelope or a reply handle says of it.
    package func reply(
        to asker: backstage_ref, _ token: UInt64, _ payload: UnsafeRawPointer?, _ size: Int
    ) -> Status {
        let status = check()
        if status != .ok { return status }
        let engine = pointee.engine
        if let source = engine.waitingRequest(token), source.pointee.kind == .request,
            source.pointee.owner.ref == asker,
            engine.tryPut(
                MessageType.reply, from: ref, token: token, payload, size, into: source.pointee.owner)
        {
            engine.finishRequest(source)
            return .ok
        }
        return replyWithCare(to: asker, token, payload, size)
    }

    /// A reply that needs a closer look: a late one, one to outside, a long payload, a full inbox.
    @inline(never)
    private func replyWithCare(
        to asker: backstage_ref, _ token: UInt64, _ payload: UnsafeRawPointer?, _ size: Int
    ) -> Status {
        let engine = pointee.engine
        let source = engine.waitingRequest(token, of: asker)
        if let source, source.pointee.kind == .outside {
            return engine.replyOutside(source, from: ref, payload, size)
        }
        var status = engine.compose(MessageType.reply, from: ref, payload, size, token: token)
        if status != .ok { return status }
        guard let source else {
            engine.pointee.accepted += 1
            engine.bury(engine.pointee.outbox, addressedTo: asker, DeadReason.notWaiting)
            return .notWaiting
        }
        status = engine.deliverReply(to: source.pointee.owner)
        if status == .ok {
            engine.finishRequest(source)
        } else {
            engine.discard(engine.pointee.outbox)
        }
        return status
    }
}

extension Engine {
    @inline(__always)
    fileprivate func request(
        from asker: Actor, to target: Actor, _ payload: UnsafeRawPointer?, _ size: Int, _ timeout: Int64,
        _ token: UnsafeMutablePointer<UInt64>
    ) -> Status {
        if _slowPath(target.pointee.flags.has(.refusing)) {
            let refusal = target.refusal(of: asker.ref)
            if refusal != .ok { return refusal }
        }
        let status = checkPayload(payload, size)
        if _slowPath(status != .ok) { return status }
        guard let source = openRequest(from: asker, to: target, timeout) else { return .noMemory }
        let number = source.token
        if !tryPut(MessageType.request, from: asker.ref, token: number, payload, size, into: target) {
            let status = sendWithCare(source, to: target, payload, size)
            if status != .ok { return status }
        }
        token.pointee = number
        if _slowPath(asker.pointee.flags.has(.poisoned)) { noteBusy(asker) }
        return .ok
    }

    /// Sends the message of a request that needs a closer look; gives the request up if that fails.
    @inline(never)
    private func sendWithCare(
        _ source: Source, to target: Actor, _ payload: UnsafeRawPointer?, _ size: Int
    ) -> Status {
        let status = sendWithCare(
            MessageType.request, from: source.pointee.owner.ref, token: source.token, to: target, payload,
            size)
        if status != .ok { cancel(source) }
        return status
    }

    /// A request whose message has yet to be sent; nil without memory.
    @inline(__always)
    func openRequest(from asker: Actor, to target: Actor, _ timeout: Int64) -> Source? {
        guard let extras = target.makeExtras(), timeout <= 0 || pointee.timers.reserve(in: self),
            let own = asker.makeExtras(), let source = makeSource(.request, for: asker, own)
        else { return nil }
        linkPeer(source, to: target, extras)
        if timeout > 0 { startTimeout(source, after: UInt64(timeout)) }
        return source
    }

    /// A request has its answer.
    @inline(__always)
    func finishRequest(_ source: Source) {
        cancelTimeout(source)
        unlinkPeer(source, from: pointee.actors + Int(source.pointee.target >> 32))
        leaveOwner(source)
    }

    /// The request of a token, if it still waits for its answer.
    @inline(__always)
    func waitingRequest(_ token: UInt64) -> Source? {
        guard let source = pointee.sources.find(token) else { return nil }
        switch source.pointee.kind {
        case .request: return source.pointee.isPending ? nil : source
        case .outside: return source
        default: return nil
        }
    }

    /// The same, if it is this asker's; nobody's are those from outside.
    func waitingRequest(_ token: UInt64, of asker: backstage_ref) -> Source? {
        guard let source = waitingRequest(token) else { return nil }
        let owner = source.pointee.kind == .outside ? 0 : source.pointee.owner.ref
        return owner == asker ? source : nil
    }

    /// A reply is never dropped by a policy: its sender is told, and may try again.
    func deliverReply(to asker: Actor) -> Status {
        if asker.refusalOfReply == .ok, asker.isFull { return .inboxFull }
        return deliver(pointee.outbox, to: asker)
    }

    /// The message of a request became a dead letter, so nobody will answer it, unless it has been
    /// forwarded to somebody else.
    func requestDied(_ message: Envelope, _ receiver: backstage_ref, _ reason: backstage_dead_reason) {
        guard let source = waitingRequest(message.pointee.token, of: message.pointee.sender),
            source.pointee.target == receiver
        else { return }
        switch reason {
        case DeadReason.droppedNewest, DeadReason.droppedOldest, DeadReason.inboxFull:
            failRequest(source, .inboxFull)
        default: failRequest(source, .stopped)
        }
    }

    /// A request will get no answer: tells who asked.
    func failRequest(_ source: Source, _ status: Status) {
        cancelTimeout(source)
        if let target = actor(source.pointee.target) { unlinkPeer(source, from: target) }
        if source.pointee.kind == .outside { return failOutside(source, status) }
        source.pointee.status = status
        raise(source)
    }

    /// A request was forwarded: from now on it waits for another actor.
    func redirectRequest(_ source: Source, to target: Actor, _ extras: UnsafeMutablePointer<ActorExtras>) {
        if let former = actor(source.pointee.target) { unlinkPeer(source, from: former) }
        linkPeer(source, to: target, extras)
    }
}
