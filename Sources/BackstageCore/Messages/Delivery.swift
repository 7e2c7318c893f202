import CBackstage
import CLibev

// The way of every message that is not short, or not welcome.

extension Engine {
    /// A send that needs a closer look: a long payload, an empty one, a full inbox, an ending actor.
    @inline(never)
    func sendWithCare(
        from sender: backstage_ref, to actor: Actor, _ payload: UnsafeRawPointer?, _ size: Int
    ) -> Status {
        sendWithCare(MessageType.send, from: sender, token: 0, to: actor, payload, size)
    }

    /// The same for any type of message.
    @inline(__always)
    func sendWithCare(
        _ type: UInt16, from sender: backstage_ref, token: UInt64, to actor: Actor,
        _ payload: UnsafeRawPointer?, _ size: Int
    ) -> Status {
        let refusal = actor.refusal(of: sender)
        if refusal != .ok { return refusal }
        // Before a payload is copied for nothing.
        if actor.isFull, checkPayload(payload, size) == .ok,
            let status = overflow(type, from: sender, token: token, into: actor, payload, size)
        {
            return status
        }
        let status = compose(type, from: sender, payload, size, token: token)
        return status == .ok ? dispatch(to: actor) : status
    }

    /// What becomes of a message for a full inbox; nil if it has to be composed for that.
    @inline(__always)
    private func overflow(
        _ type: UInt16, from sender: backstage_ref, token: UInt64, into actor: Actor,
        _ payload: UnsafeRawPointer?, _ size: Int
    ) -> Status? {
        let marks = actor.details.pointee.marks
        if marks.has(.dropsNewest) {
            if !isOnlyCounted(type) { return nil }
            pointee.accepted &+= 1
            countDead(actor)
            return .ok
        }
        if !marks.has(.dropsOldest) { return .inboxFull }
        let isQueued =
            isShort(payload, size) && actor.dropOldest()
            && tryPut(type, from: sender, token: token, payload, size, into: actor)
        return isQueued ? .ok : nil
    }

    @inline(__always)
    func checkPayload(_ payload: UnsafeRawPointer?, _ size: Int) -> Status {
        if size < 0 || size > pointee.payloadBytesMax { return .payloadTooLarge }
        return payload == nil && size > 0 ? .invalidArgument : .ok
    }

    /// Puts a message into the outbox: a short payload inline, a longer one in a block.
    func compose(
        _ type: UInt16, from sender: backstage_ref, _ payload: UnsafeRawPointer?, _ size: Int,
        token: UInt64 = 0
    ) -> Status {
        let status = checkPayload(payload, size)
        if status != .ok { return status }
        let message = pointee.outbox
        message.begin(type, from: sender, token: token, size: size)
        guard let payload else { return .ok }
        if size <= inlineBytes {
            copyShort(message.inlined, payload, size)
            return .ok
        }
        return composeLong(message, payload, size)
    }

    @inline(never)
    private func composeLong(_ message: Envelope, _ payload: UnsafeRawPointer, _ size: Int) -> Status {
        guard let block = makeBlock(size) else { return .noMemory }
        memcpy(block.pointee.bytes, payload, size)
        message.carry(block)
        return .ok
    }

    /// The same with a payload handed over: the outbox takes the caller's reference.
    func compose(_ type: UInt16, from sender: backstage_ref, _ block: Block, token: UInt64 = 0) {
        let message = pointee.outbox
        message.begin(type, from: sender, token: token, size: block.pointee.size)
        message.carry(block)
    }

    /// Sends the outbox, for an actor that is not its sender if one is given; gives up what it carries
    /// if that fails.
    func dispatch(to actor: Actor, from acting: backstage_ref? = nil) -> Status {
        let status: Status
        if let acting, actor.pointee.flags.has(.refusing) {
            status = deliverWithCare(pointee.outbox, to: actor, from: acting)
        } else {
            status = deliver(pointee.outbox, to: actor)
        }
        if status != .ok { discard(pointee.outbox) }
        return status
    }

    /// Queues a copy of a message. On `ok` the inbox, or a dead letter, has what it carries.
    @inline(__always)
    func deliver(_ message: Envelope, to actor: Actor) -> Status {
        guard !actor.pointee.flags.has(.refusing), actor.hasRoom || actor.attachFreeSlot() else {
            return deliverWithCare(message, to: actor, from: message.pointee.sender)
        }
        put(message, into: actor)
        return .ok
    }

    @inline(__always)
    private func put(_ message: Envelope, into actor: Actor) {
        actor.slot(actor.pointee.tail).take(message)
        if message.pointee.reserved & Carries.block != 0 { actor.count(message.block) }
        commit(actor)
    }

    @inline(never)
    private func deliverWithCare(_ message: Envelope, to actor: Actor, from sender: backstage_ref) -> Status {
        let isReply = message.pointee.type == MessageType.reply
        let refusal = isReply ? actor.refusalOfReply : actor.refusal(of: sender)
        if refusal != .ok { return refusal }
        let status = actor.makeRoom()
        if status == .ok {
            put(message, into: actor)
            if actor.pointee.flags.has(.poisoned) { noteBusy(actor) }
            return .ok
        }
        guard status == .inboxFull, actor.details.pointee.marks.has(.dropsNewest) else { return status }
        pointee.accepted &+= 1
        bury(message, for: actor, DeadReason.droppedNewest)
        return .ok
    }

    /// Delivers what cannot be refused to its sender any more: if there is no room, a dead letter.
    /// Whether the message was queued.
    @inline(__always)
    func deliverOrBury(_ message: Envelope, to actor: Actor) -> Bool {
        let status = deliver(message, to: actor)
        if status == .ok { return true }
        pointee.accepted &+= 1
        bury(message, for: actor, status.deadReason)
        return false
    }
}

extension Actor {
    /// Why the actor takes no message of a sender, or `ok`.
    func refusal(of sender: backstage_ref) -> Status {
        if !isLiving { return .notFound }
        if !pointee.flags.has(.refusing) { return .ok }
        if pointee.flags.has(.ending) { return .ending }
        return pointee.engine.isFamily(sender, of: self) ? .ok : .ending
    }

    /// Why the actor takes no reply: what it is owed it gets until it ends.
    var refusalOfReply: Status {
        if !isLiving { return .notFound }
        return pointee.flags.has(.ending) ? .ending : .ok
    }

    /// Whether there is no room for one more message.
    @inline(__always) var isFull: Bool { occupied >= room }

    /// Whether the inbox is full, and its policy to refuse what comes then.
    var isRejecting: Bool {
        let marks = details.pointee.marks
        return !marks.has(.dropsNewest) && !marks.has(.dropsOldest) && isFull
    }

    /// Makes room for one more message, if capacity, policy and memory allow.
    func makeRoom() -> Status {
        if !isFull {
            if pointee.ring == nil {
                // The first slot may be promised to a publication.
                if used != 0 { pointee.mask |= 1 }
                return attachRing() ? .ok : .noMemory
            }
            return used <= pointee.mask || growRing() ? .ok : .noMemory
        }
        return details.pointee.marks.has(.dropsOldest) && dropOldest() ? .ok : .inboxFull
    }

    /// Makes a dead letter of the oldest message that waits. Replies stay: each is owed to a request.
    fileprivate func dropOldest() -> Bool {
        if !leaveRound() { return false }
        let hand = hand
        var victim = pointee.head &+ hand
        while victim != pointee.tail, slot(victim).pointee.type == MessageType.reply { victim &+= 1 }
        if victim == pointee.tail { return false }
        noteWaiting(used &- hand)
        let oldest = slot(victim)
        if oldest.pointee.reserved & Carries.block != 0 { uncount(oldest.block) }
        pointee.engine.bury(oldest, for: self, DeadReason.droppedOldest)
        if hand == 0 { closeGapFromHead(victim) } else { closeGapFromTail(victim) }
        return true
    }

    private func closeGapFromHead(_ gap: UInt32) {
        var position = gap
        while position != pointee.head {
            slot(position).take(slot(position &- 1))
            position &-= 1
        }
        passHead()
    }

    /// Moves the head past a message that was not handled.
    func passHead() {
        pointee.head &+= 1
        details.pointee.handled &-= 1
    }

    /// What is in hand must stay where it is.
    private func closeGapFromTail(_ gap: UInt32) {
        var position = gap &+ 1
        while position != pointee.tail {
            slot(position &- 1).take(slot(position))
            position &+= 1
        }
        pointee.tail &-= 1
    }

    /// Brings the high-water mark up to date. The queue only grows between turns, and by the actor's
    /// own sends.
    @inline(__always) func noteWaiting(_ waiting: UInt32) {
        if waiting > UInt32(pointee.queuedMax) { raiseQueuedMax(waiting) }
    }

    @inline(never) private func raiseQueuedMax(_ waiting: UInt32) {
        let most = max(waiting, details.pointee.queuedMax)
        details.pointee.queuedMax = most
        pointee.queuedMax = UInt8(min(most, UInt32(UInt8.max)))
    }

    /// Adds a queued payload block to what the inbox holds.
    @inline(__always) func count(_ block: Block) { details.pointee.blockUnits &+= block.pointee.units }

    @inline(__always) func uncount(_ block: Block) { details.pointee.blockUnits &-= block.pointee.units }
}

extension Status {
    /// What becomes of a message that met this status when it could not be refused any more.
    var deadReason: backstage_dead_reason {
        switch self {
        case .inboxFull: DeadReason.inboxFull
        case .noMemory: DeadReason.noMemory
        case .notFound: DeadReason.notFound
        default: DeadReason.ended
        }
    }
}

extension Envelope {
    @inline(__always)
    func begin(_ type: UInt16, from sender: backstage_ref, token: UInt64, size: Int) {
        pointee.sender = sender
        pointee.payload = UnsafeRawPointer(inlined)
        pointee.token = token
        pointee.size = UInt32(truncatingIfNeeded: size)
        pointee.type = type
        pointee.reserved = 0
    }

    @inline(__always)
    func carry(_ block: Block) {
        self.block = block
        pointee.payload = UnsafeRawPointer(block.pointee.bytes)
        pointee.reserved |= Carries.block
    }
}
