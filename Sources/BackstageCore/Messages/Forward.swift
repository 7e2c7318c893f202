import CBackstage

extension Actor {
    /// Sends the message in hand on: a long payload is shared, not copied.
    package func forward(_ message: UnsafePointer<backstage_envelope>, _ receiver: backstage_ref) -> Status {
        let status = check()
        if status != .ok { return status }
        let engine = pointee.engine
        guard message.pointee.type >= MessageType.send, message.pointee.type <= MessageType.reply else {
            return .invalidArgument
        }
        guard let target = engine.actor(receiver) else { return .notFound }
        let refusal = target.refusal(of: ref)
        if refusal != .ok { return refusal }
        let outbox = engine.pointee.outbox
        outbox.take(Envelope(mutating: message))
        outbox.pointee.reserved &= ~Carries.stash
        guard outbox.pointee.type == MessageType.request,
            let source = engine.waitingRequest(outbox.pointee.token)
        else {
            retainCarried(by: outbox)
            return engine.dispatch(to: target, from: ref)
        }
        return redirect(source, to: target) {
            retainCarried(by: outbox)
            return engine.dispatch(to: target, from: ref)
        }
    }

    /// Sends a message on that was made of the one in hand: a native value, or bytes. What was a request
    /// waits for the receiver from now on.
    package func forward(
        _ message: Envelope, to receiver: backstage_ref,
        _ send: (UInt16, backstage_ref, UInt64, Actor) -> Status
    ) -> Status {
        let status = check()
        if status != .ok { return status }
        let engine = pointee.engine
        guard let target = engine.actor(receiver) else { return .notFound }
        let refusal = target.refusal(of: ref)
        if refusal != .ok { return refusal }
        let (type, sender, token) = (message.pointee.type, message.pointee.sender, message.pointee.token)
        guard type == MessageType.request, let source = engine.waitingRequest(token) else {
            return send(MessageType.send, sender, 0, target)
        }
        return redirect(source, to: target) { send(type, sender, token, target) }
    }

    /// Sends a request on; if that fails, it waits for whom it waited before.
    private func redirect(_ source: Source, to target: Actor, _ send: () -> Status) -> Status {
        let engine = pointee.engine
        guard let extras = target.makeExtras() else { return .noMemory }
        let former = source.pointee.target
        engine.redirectRequest(source, to: target, extras)
        let status = send()
        if status != .ok, let former = engine.actor(former), let extras = former.makeExtras() {
            engine.redirectRequest(source, to: former, extras)
        }
        return status
    }

    private func retainCarried(by message: Envelope) {
        if message.pointee.reserved & Carries.block != 0 { message.block.retain() }
        if message.pointee.reserved & Carries.topic != 0 { message.topic.pointee.references += 1 }
    }
}
