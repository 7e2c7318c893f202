import CBackstage

// A publication to many is not copied into each inbox. Subscribers that are idle are promised it: one
// more message counts as queued, in a slot that nobody writes. Their turns follow each other in a round,
// which stands for them on the ready list and hands each the one envelope. Who has something queued, or
// more to do than take messages one by one, gets a copy; and who cannot wait is given one later: its
// slot is written then.

struct Round {
    /// Stands for the turns on the ready list. Comes first.
    var cell: ActorCell
    var message: backstage_envelope
    var topic: Topic
    /// Where to look for the next subscriber.
    var place: Int
    /// Those who are still promised the message.
    var left: Int
}

typealias RoundPointer = UnsafeMutablePointer<Round>

extension RoundPointer {
    var cell: Actor { Actor(OpaquePointer(self)) }
    var message: Envelope {
        Envelope(OpaquePointer(UnsafeMutableRawPointer(self) + MemoryLayout<ActorCell>.stride))
    }
    /// What `next` is of an actor that is promised the message: no actor lies at an odd address.
    var mark: Actor? { Actor(bitPattern: UInt(bitPattern: self) | 1) }
}

extension Actor {
    @inline(__always) var isRound: Bool { pointee.flags == .round }

    /// The round that the actor is part of: ready, but on no list itself.
    var round: RoundPointer? {
        let bits = UInt(bitPattern: pointee.next)
        return bits & 1 == 0 ? nil : RoundPointer(bitPattern: bits & ~1)
    }

    /// Whether the slot of the oldest message is not written.
    var isPromised: Bool {
        let engine = pointee.engine
        let isInHand = isHandling && engine.pointee.roundMessage != nil
        return round != nil || isInHand && !engine.pointee.isRoundMessageTaken
    }

    /// Whether the actor is idle, takes messages one by one, and has room.
    @inline(__always) fileprivate var canJoinRound: Bool {
        pointee.flags.rawValue & ~ActorFlags.resting.rawValue == ActorFlags.living.rawValue
            && pointee.head == pointee.tail && (pointee.mask == 0 || hasRoomForOne)
    }

    /// One with a stash never has a ring of a single slot.
    @inline(never) private var hasRoomForOne: Bool { room > 0 }

    /// Writes the slot that the round's message was promised; false without memory.
    fileprivate func take(_ message: Envelope) -> Bool {
        if pointee.ring == nil, !attachRing() { return false }
        slot(pointee.head).take(message)
        if message.pointee.reserved & Carries.block != 0 { count(message.block) }
        pointee.engine.retain(message, 1)
        return true
    }

    /// Gets its copy, and a turn of its own. False without memory.
    func leaveRound() -> Bool {
        guard let round else { return true }
        guard take(round.message) else { return false }
        round.pointee.left -= 1
        pointee.engine.enqueueReady(self)
        return true
    }

    /// The slot of the round's message in hand, written now if it was not; nil without memory.
    func slotInHand() -> Envelope? {
        let engine = pointee.engine
        guard let message = engine.pointee.roundMessage else { return nil }
        if !engine.pointee.isRoundMessageTaken {
            guard take(message) else { return nil }
            engine.pointee.isRoundMessageTaken = true
        }
        return slot(pointee.head)
    }
}

extension Engine {
    /// Promises a message to those subscribers of a topic that are idle, and gives the others copies. How
    /// many have it queued; nil if it cannot be handed out in a round, or without memory.
    func beginRound(_ message: Envelope, _ topic: Topic) -> UInt32? {
        let isNative = message.pointee.reserved & ~(Carries.block | Carries.topic) != 0
        // Nobody gets a turn any more in an engine that ends.
        guard !isNative, !pointee.isDestroying, let round = make(Round.self) else { return nil }
        round.initialize(
            to: Round(cell: .round(of: self), message: message.pointee, topic: topic, place: 0, left: 0))
        round.message.take(message)
        retain(message, 1)
        var copies: UInt32 = 0
        let mark = round.mark
        for place in 0..<topic.pointee.count {
            let actor = topic.pointee.subscribers.unsafelyUnwrapped[place]
            if _fastPath(actor.canJoinRound) {
                actor.pointee.flags.insert(.ready)
                actor.pointee.tail &+= 1
                actor.pointee.next = mark
                round.pointee.left += 1
            } else {
                retain(message, 1)
                if deliverPublication(message, actor) { copies += 1 }
            }
        }
        let promised = UInt32(round.pointee.left)
        pointee.accepted &+= UInt64(promised)
        if promised == 0 { endRound(round) } else { enqueueReady(round.cell) }
        return copies + promised
    }

    private func endRound(_ round: RoundPointer) {
        discard(round.message)
        destroy(round)
    }

    /// Turns of a round, until all have had theirs or it is time to look around.
    @inline(never)
    func takeTurns(_ cell: Actor) {
        let round = RoundPointer(OpaquePointer(cell))
        let mark = round.mark
        pointee.roundMessage = round.message
        while round.pointee.left > 0 {
            if pointee.untilLook <= 0 {
                pointee.roundMessage = nil
                return goOnFirst(cell)
            }
            let topic = round.pointee.topic
            // Who unsubscribes leaves the place to another.
            if round.pointee.place >= topic.pointee.count { round.pointee.place = 0 }
            let actor = topic.pointee.subscribers.unsafelyUnwrapped[round.pointee.place]
            round.pointee.place &+= 1
            if actor.pointee.next == mark { takeTurn(actor, in: round) }
        }
        pointee.handling = nil
        pointee.roundMessage = nil
        endRound(round)
    }

    @inline(__always)
    private func takeTurn(_ actor: Actor, in round: RoundPointer) {
        if _slowPath(actor.pointee.flags.has(.special)) { return leaveRound(actor) }
        actor.pointee.next = nil
        round.pointee.left &-= 1
        pointee.handling = actor
        let tail = actor.pointee.tail
        actor.noteWaiting(actor.used)
        let status = actor.pointee.receive.unsafelyUnwrapped(
            actor.context, round.message, actor.pointee.state)
        pointee.untilLook &-= 1
        if _slowPath(status != 0 || pointee.isRoundMessageTaken || actor.pointee.tail != tail) {
            return endTurn(actor, round.message, status)
        }
        actor.pointee.head &+= 1
        pointee.handled &+= 1
        let flags = actor.pointee.flags.rawValue & ~ActorFlags.resting.rawValue
        let isIdle = actor.used == 0 && flags == ActorFlags.living.rawValue | ActorFlags.ready.rawValue
        if _slowPath(!isIdle || Int32(bitPattern: actor.pointee.head) < 0) { return endTurn(actor) }
        actor.pointee.flags.remove(.ready)
    }

    /// The callback said more than OK, set the message aside, or sent to its own actor.
    @inline(never)
    private func endTurn(_ actor: Actor, _ message: Envelope, _ status: Status) {
        let isTaken = pointee.isRoundMessageTaken
        pointee.isRoundMessageTaken = false
        pointee.roundMessage = nil
        defer { pointee.roundMessage = message }
        if isTaken || status != 0 {
            guard isTaken || actor.take(message) else { return endWithoutMemory(actor, message, status) }
            let slot = actor.slot(actor.pointee.head)
            if status != 0, let end = interrupt(actor, on: slot, status) { return endTurn(actor, end) }
            if slot.pointee.reserved != 0 { finish(slot, of: actor) }
        }
        actor.noteWaiting(actor.used &- 1)
        releaseRetiredRing()
        actor.pointee.head &+= 1
        pointee.handled &+= 1
        endTurn(actor)
    }

    /// There is no slot to keep the message in for what follows.
    private func endWithoutMemory(_ actor: Actor, _ message: Envelope, _ status: Status) {
        if status < 0 || status == .pending {
            forgetMarks(of: actor)
            buryPromised(actor, message, DeadReason.failed)
            pointee.hand = 0
            fail(actor, status < 0 ? status : .noMemory)
            return endTurn(actor, .over)
        }
        actor.pointee.head &+= 1
        pointee.handled &+= 1
        endTurn(actor)
    }

    /// Who has more to do than take a message gets its copy, and a turn of its own.
    @inline(never)
    func leaveRound(_ actor: Actor) {
        guard let round = actor.round, !actor.leaveRound() else { return }
        round.pointee.left -= 1
        buryPromised(actor, round.message, DeadReason.noMemory)
        enqueueReady(actor)
    }

    private func buryPromised(_ actor: Actor, _ message: Envelope, _ reason: backstage_dead_reason) {
        retain(message, 1)
        bury(message, for: actor, reason)
        actor.passHead()
    }

    /// The engine ends: dead letters for all who were promised the message.
    func disband(_ cell: Actor) {
        let round = RoundPointer(OpaquePointer(cell))
        let topic = round.pointee.topic
        for place in 0..<topic.pointee.count {
            let actor = topic.pointee.subscribers.unsafelyUnwrapped[place]
            if actor.pointee.next != round.mark { continue }
            actor.pointee.next = nil
            buryPromised(actor, round.message, DeadReason.engineEnded)
        }
        endRound(round)
    }
}

extension ActorCell {
    fileprivate static func round(of engine: Engine) -> ActorCell {
        ActorCell(
            generation: 0, flags: .round, budget: 0, queuedMax: 0, ring: nil, head: 0, tail: 0, threshold: 0,
            mask: 0, receive: nil, state: nil, engine: engine, next: nil)
    }
}
