import CBackstage

// Requests and replies with native values. A request is opened first, so that its message can hold what
// the answer takes.

extension Actor {
    /// Opens a request: `sendRequest` follows at once, or `cancelRequest`.
    package func openRequest(_ receiver: backstage_ref, timeout: Int64, _ token: inout UInt64) -> Status {
        let status = checkActive()
        if status != .ok { return status }
        let engine = pointee.engine
        guard let target = engine.actor(receiver) else { return .notFound }
        let refusal = target.refusal(of: ref)
        if refusal != .ok { return refusal }
        guard let source = engine.openRequest(from: self, to: target, timeout) else { return .noMemory }
        token = source.token
        return .ok
    }

    /// Sends the message of a request just opened. If that fails, the request is gone.
    package func sendRequest(_ token: UInt64, _ value: Value) -> Status {
        send(token) { pointee.engine.sendValue(MessageType.request, from: ref, token: token, to: $0, value) }
    }

    package func sendRequest(_ token: UInt64, _ payload: UnsafeRawPointer?, _ size: Int) -> Status {
        send(token) {
            pointee.engine.sendWithCare(MessageType.request, from: ref, token: token, to: $0, payload, size)
        }
    }

    private func send(_ token: UInt64, _ body: (Actor) -> Status) -> Status {
        let engine = pointee.engine
        guard let source = engine.source(token, of: self), let target = engine.actor(source.pointee.target)
        else { return .notFound }
        let status = body(target)
        if status != .ok {
            engine.cancel(source)
        } else if pointee.flags.has(.poisoned) {
            engine.noteBusy(self)
        }
        return status
    }
}

extension Engine {
    /// Whether who asked, if that one still waits, takes only bytes as the answer.
    package func isAskerForeign(_ token: UInt64) -> Bool {
        guard let source = waitingRequest(token) else { return false }
        return source.pointee.kind != .request || !isNative(source.pointee.owner)
    }

    /// Answers a request of a native actor. On NOT_WAITING too the value has been moved: into a dead
    /// letter.
    package func reply(to asker: backstage_ref, _ token: UInt64, _ value: Value) -> Status {
        var status = check()
        if status != .ok { return status }
        guard let source = waitingRequest(token, of: asker) else {
            status = compose(MessageType.reply, from: actingRef, token: token, value)
            if status != .ok { return status }
            pointee.accepted += 1
            bury(pointee.outbox, addressedTo: asker, DeadReason.notWaiting)
            return .notWaiting
        }
        let owner = source.pointee.owner
        if owner.refusalOfReply == .ok, !owner.hasRoom, owner.isFull { return .inboxFull }
        status = compose(MessageType.reply, from: actingRef, token: token, value)
        if status != .ok { return status }
        status = deliver(pointee.outbox, to: owner)
        if status == .ok {
            finishRequest(source)
        } else {
            disown(pointee.outbox)
        }
        return status
    }

    /// Answers a request of anybody else, with bytes.
    package func reply(to asker: backstage_ref, _ token: UInt64, _ payload: UnsafeRawPointer?, _ size: Int)
        -> Status
    {
        let status = check()
        if status != .ok { return status }
        // Any actor may answer; outside of all, the one asked does.
        guard let actor = actingActor ?? waitingRequest(token).flatMap({ self.actor($0.pointee.target) })
        else { return .notWaiting }
        return actor.reply(to: asker, token, payload, size)
    }
}
