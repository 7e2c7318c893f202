import CBackstage

// What follows when a callback returns anything but OK.

/// How a turn's messages end.
enum TurnEnd {
    case over
    /// One pends: its actor is on no list.
    case pending
}

extension Engine {
    /// The callback returned something else on a message: how the turn ends. Nil if the message counts
    /// as handled.
    @inline(never)
    func interrupt(_ actor: Actor, on slot: Envelope, _ status: Status) -> TurnEnd? {
        if status < 0 {
            failed(actor, on: slot, status)
            return .over
        }
        if status == .pending { return pend(actor, on: slot) }
        if status == .yield { actor.pointee.flags.insert(.interrupted) }
        return nil
    }

    /// How many of a batch are handled, if the callback did not return OK.
    static func done(_ handled: Int, of count: UInt32, _ status: Status) -> UInt32 {
        let isLeft = status < 0 || status == .pending
        if !isLeft, status != .yield { return count }
        let most = isLeft ? count - 1 : count
        return UInt32(min(UInt(bitPattern: handled), UInt(most)))
    }

    /// The same for a batch, of which some are done. Nil if all are, and the turn goes on.
    @inline(never)
    func interrupt(_ actor: Actor, on first: Envelope, _ done: UInt32, _ count: UInt32, _ status: Status)
        -> TurnEnd?
    {
        for i in Int(done)..<Int(count) { first[i].reserved &= ~Carries.stash }
        if status < 0 || status == .pending { return interrupt(actor, on: first + Int(done), status) }
        if status != .yield { return nil }
        forgetMarks(of: actor)
        pointee.hand = 0
        releaseRetiredRing()
        return .over
    }

    /// The callback failed on a message, which becomes a dead letter.
    private func failed(_ actor: Actor, on slot: Envelope, _ status: Status) {
        slot.pointee.reserved &= ~Carries.stash
        forgetMarks(of: actor)
        buryHead(slot, of: actor, DeadReason.failed)
        pointee.hand = 0
        releaseRetiredRing()
        fail(actor, status)
    }

    /// The callback left a message open, which stays at the head.
    private func pend(_ actor: Actor, on slot: Envelope) -> TurnEnd {
        guard let waits = pend(actor, .message) else {
            failed(actor, on: slot, .noMemory)
            return .over
        }
        slot.pointee.reserved &= ~Carries.stash
        forgetMarks(of: actor)
        pointee.hand = 0
        releaseRetiredRing()
        return waits ? .pending : .over
    }

    /// What was left open is finished.
    func concludeMessage(of actor: Actor, _ status: Status) {
        let slot = actor.slot(actor.pointee.head)
        if status < 0 {
            buryHead(slot, of: actor, DeadReason.failed)
            return fail(actor, status)
        }
        if slot.pointee.reserved != 0 { finish(slot, of: actor) }
        actor.pointee.head &+= 1
        pointee.handled &+= 1
    }

    func buryHead(of actor: Actor, _ reason: backstage_dead_reason) {
        buryHead(actor.slot(actor.pointee.head), of: actor, reason)
    }

    /// Makes a dead letter of the oldest message; a callback may have it in a ring outgrown since.
    private func buryHead(_ slot: Envelope, of actor: Actor, _ reason: backstage_dead_reason) {
        if slot.pointee.reserved & Carries.block != 0 { actor.uncount(slot.block) }
        bury(slot, for: actor, reason)
        actor.passHead()
    }
}
