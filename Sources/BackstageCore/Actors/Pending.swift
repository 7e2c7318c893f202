import CBackstage
import CLibev

// A callback may leave open what it was given, and say later how that ended. Meanwhile its actor is
// ready, but on no list: sends only queue, and it is given nothing, until it is finished, or ends, or
// restarts.

/// What an actor's callback has left open.
enum Pending: UInt8 {
    case none
    /// The message at the head of the inbox.
    case message
    case event
    /// `init`.
    case start
}

/// What is left open, and how it ended if that has been said.
struct Unfinished {
    var what = Pending.none
    var status: Status?
    /// The source of the event, if it may be looked at again once that has been handled.
    var source: UInt64 = 0
}

extension Actor {
    /// Says how what pends has ended: the actor's next turn begins with that.
    package func finish(_ status: Status) -> Status {
        let refusal = check()
        if refusal != .ok { return refusal }
        if status > 0 { return .invalidArgument }
        guard let life, life.pointee.unfinished.what != .none, life.pointee.unfinished.status == nil,
            !pointee.flags.has(.halting), !pointee.engine.pointee.isDestroying
        else { return .notWaiting }
        life.pointee.unfinished.status = status
        pointee.flags.insert(.interrupted)
        pointee.engine.wake(self)
        return .ok
    }

    var isPending: Bool { pending != .none }

    @inline(__always) var pending: Pending { life?.pointee.unfinished.what ?? .none }
}

extension Engine {
    /// A callback left something open. Whether the actor waits for that: not if it ends or restarts
    /// anyway. Nil without memory.
    func pend(_ actor: Actor, _ what: Pending, _ source: UInt64 = 0) -> Bool? {
        if actor.pointee.flags.has(.ending) { return false }
        guard let life = actor.makeLife() else { return nil }
        life.pointee.unfinished = Unfinished(what: what, source: source)
        if actor.pointee.flags.has(.restarting) { return false }
        noteBusy(actor)
        actor.pointee.flags.insert(.suspended)
        return true
    }

    /// Gives a turn to an actor, also to one that was on no list.
    func wake(_ actor: Actor) {
        guard actor.pointee.flags.has(.suspended) else { return makeReady(actor) }
        actor.pointee.flags.remove(.suspended)
        enqueueReady(actor)
    }

    /// The first of the turn that follows on `finish`.
    func conclude(_ actor: Actor) {
        guard let life = actor.life, let status = life.pointee.unfinished.status else { return }
        let unfinished = life.pointee.unfinished
        life.pointee.unfinished = Unfinished()
        if actor.pointee.flags.has(.timed) { life.pointee.lastCame = freshNow() }
        pointee.untilLook &-= 1
        switch unfinished.what {
        case .message: concludeMessage(of: actor, status)
        case .event:
            if status < 0 { fail(actor, status) }
            if let source = pointee.sources.find(unfinished.source) { rearm(source) }
        case .start:
            if status < 0 { fail(actor, status, inInit: true) }
        case .none: break
        }
    }

    /// A restart does not wait for what pends.
    func giveUpPending(of actor: Actor) {
        let pending = actor.pending
        if pending == .none { return }
        actor.life?.pointee.unfinished = Unfinished()
        if pending == .message { buryHead(of: actor, DeadReason.failed) }
    }

    /// Neither does an end, which makes dead letters of all that is queued.
    func forgetPending(of actor: Actor) { actor.life?.pointee.unfinished = Unfinished() }
}
