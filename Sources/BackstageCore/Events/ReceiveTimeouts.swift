import CBackstage

// A receive timeout is a timer that is not moved by each message: when it is due, it looks when one
// last came, and goes on from there.

extension Actor {
    package func setReceiveTimeout(_ after: Int64) -> Status {
        let status = checkActive()
        if status != .ok { return status }
        if after < 0 { return .invalidArgument }
        let engine = pointee.engine
        if after == 0 {
            if let source = life?.pointee.receiveTimeout { engine.cancel(source) }
            return .ok
        }
        guard let life = makeLife(), engine.pointee.timers.reserve(in: engine) else { return .noMemory }
        guard let source = life.pointee.receiveTimeout ?? engine.makeSource(.receiveTimeout, for: self) else {
            return .noMemory
        }
        engine.withdraw(source)
        engine.cancelTimeout(source)
        source.pointee.period = UInt64(after)
        engine.startTimeout(source, after: UInt64(after))
        life.pointee.receiveTimeout = source
        life.pointee.lastCame = engine.pointee.now
        life.pointee.hasCome = true
        pointee.flags.insert(.timed)
        return .ok
    }
}

extension Engine {
    /// A turn begins of an actor that has a receive timeout.
    func noteCame(_ actor: Actor) {
        guard let life = actor.life else { return }
        life.pointee.hasCome = actor.used != 0 || actor.pointee.flags.has(.events)
        if life.pointee.hasCome { life.pointee.lastCame = freshNow() }
    }

    /// That turn ends, with nothing queued: what came meanwhile came before now.
    func noteDoneWithAll(_ actor: Actor) {
        guard let life = actor.life, life.pointee.hasCome else { return }
        life.pointee.lastCame = freshNow()
    }

    /// The timer was due, and is out of the heap, which has room for it.
    func expireReceiveTimeout(_ source: Source) {
        let owner = source.pointee.owner
        let due = (owner.life?.pointee.lastCame ?? 0) + source.pointee.period
        let isBusy = owner.used != 0 || owner.pointee.flags.has(.events) || owner.isPending
        let isSilent = !isBusy && due <= pointee.now
        if isSilent {
            source.pointee.target = due
            source.pointee.count = 1
            raise(source)
        }
        source.pointee.deadline = isBusy || isSilent ? pointee.now + source.pointee.period : due
        pointee.timers.insert(source)
    }

    /// Takes back what belongs to a receive timeout that is being cancelled.
    func stopReceiveTimeout(_ source: Source) {
        cancelTimeout(source)
        let owner = source.pointee.owner
        owner.life?.pointee.receiveTimeout = nil
        owner.pointee.flags.remove(.timed)
    }
}
