import CBackstage

/// A kind of actor: a label, and all living actors that carry it, in order of birth. Exists while
/// it has any.
struct Kind {
    var name: UnsafeMutablePointer<UInt8>
    var hash: UInt32
    var first: UInt32
    var last: UInt32
    var count: UInt32
}

extension Actor {
    package func broadcast(
        _ kind: UnsafePointer<CChar>?, _ payload: UnsafeRawPointer?, _ size: Int,
        _ receivers: UnsafeMutablePointer<UInt32>?
    ) -> Status {
        let status = check()
        return status == .ok ? pointee.engine.broadcast(from: ref, kind, payload, size, receivers) : status
    }
}

extension Engine {
    func broadcast(
        from sender: backstage_ref, _ kind: UnsafePointer<CChar>?, _ payload: UnsafeRawPointer?, _ size: Int,
        _ receivers: UnsafeMutablePointer<UInt32>?
    ) -> Status {
        guard let name = name(kind) else { return kind == nil ? .invalidArgument : .invalidID }
        let status = compose(MessageType.send, from: sender, payload, size)
        if status != .ok { return status }
        var hasForeign = false
        let count = broadcastOutbox(to: name, .everybody, &hasForeign)
        receivers?.pointee = count
        return .ok
    }

    /// Sends the outbox to all of a kind. How many queued it.
    func broadcastOutbox(to name: Name, _ audience: Audience, _ hasForeign: inout Bool) -> UInt32 {
        let message = pointee.outbox
        var count: UInt32 = 0
        var next = kind(name)?.pointee.first ?? noActor
        while next != noActor {
            let actor = pointee.actors + Int(next)
            next = actor.details.pointee.kindNext
            guard isPart(actor, of: audience, &hasForeign) else { continue }
            if actor.refusal(of: message.pointee.sender) != .ok { continue }
            if message.pointee.reserved & Carries.block != 0 { message.block.retain() }
            if deliverOrBury(message, to: actor) { count += 1 }
        }
        discard(message)
        return count
    }

    private func kind(_ name: Name) -> UnsafeMutablePointer<Kind>? {
        pointee.kinds.find(name.hash) { name.isEqual(to: $0.pointee.name) }
    }

    /// The kind of a name, made if there is none; nil without memory.
    func makeKind(_ name: Name) -> UnsafeMutablePointer<Kind>? {
        if let kind = kind(name) { return kind }
        guard pointee.kinds.reserve(in: self), let copy = copy(name) else { return nil }
        guard let kind = make(Kind.self) else {
            destroyName(copy)
            return nil
        }
        kind.initialize(to: Kind(name: copy, hash: name.hash, first: noActor, last: noActor, count: 0))
        pointee.kinds.insert(name.hash, kind)
        return kind
    }

    func destroyKind(_ kind: UnsafeMutablePointer<Kind>) {
        pointee.kinds.remove(kind.pointee.hash) { $0 == kind }
        destroyName(kind.pointee.name)
        destroy(kind)
    }

    func joinKind(_ actor: Actor) {
        guard let kind = actor.details.pointee.kind else { return }
        let last = kind.pointee.last
        actor.details.pointee.kindPrevious = last
        if last == noActor {
            kind.pointee.first = actor.index
        } else {
            (pointee.details + Int(last)).pointee.kindNext = actor.index
        }
        kind.pointee.last = actor.index
        kind.pointee.count += 1
    }

    /// The kind itself goes when `strip` finds it without actors.
    func leaveKind(_ actor: Actor) {
        guard let kind = actor.details.pointee.kind else { return }
        let previous = actor.details.pointee.kindPrevious
        let next = actor.details.pointee.kindNext
        if previous == noActor {
            kind.pointee.first = next
        } else {
            (pointee.details + Int(previous)).pointee.kindNext = next
        }
        if next == noActor {
            kind.pointee.last = previous
        } else {
            (pointee.details + Int(next)).pointee.kindPrevious = previous
        }
        kind.pointee.count -= 1
    }
}
