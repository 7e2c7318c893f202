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
        guard let extras = target.makeExtras() else { return .noMemory }
        retainCarried(by: outbox)
        let former = source.pointee.target
        engine.redirectRequest(source, to: target, extras)
        let forwarded = engine.dispatch(to: target, from: ref)
        if forwarded != .ok, let former = engine.actor(former), let extras = former.makeExtras() {
            engine.redirectRequest(source, to: former, extras)
        }
        return forwarded
    }

    private func retainCarried(by message: Envelope) {
        if message.pointee.reserved & Carries.block != 0 { message.block.retain() }
        if message.pointee.reserved & Carries.topic != 0 { message.topic.pointee.references += 1 }
    }
}
