import CBackstage

/// Messages that an actor has set aside, in order. They keep their room in the inbox.
struct Stash {
    var slots: Envelope?
    var ringClass = 0
    var count: UInt32 = 0
    /// Marked by the callback that runs: they come here when it has returned.
    var marked: UInt32 = 0
}

extension Actor {
    var stashed: UInt32 { life?.pointee.stash.count ?? 0 }

    var hasStashed: Bool { stashed != 0 }

    /// Messages that may wait in the inbox besides what is set aside, or will be.
    @inline(__always) var room: UInt32 {
        let capacity = details.pointee.capacity
        guard let life else { return capacity }
        return capacity &- min(life.pointee.stash.count &+ life.pointee.stash.marked, capacity)
    }

    /// Marks a message in hand: it is set aside once the callback has returned.
    package func stash(_ message: UnsafePointer<backstage_envelope>) -> Status {
        let status = check()
        if status != .ok { return status }
        guard let slot = inHand(message) else { return .invalidArgument }
        if slot.pointee.reserved & Carries.stash != 0 { return .exists }
        guard let life = makeLife() else { return .noMemory }
        if waiting >= room { return .inboxFull }
        guard life.pointee.stash.reserve(in: pointee.engine) else { return .noMemory }
        life.pointee.stash.marked += 1
        refreshThreshold()
        slot.pointee.reserved |= Carries.stash
        return .ok
    }

    /// Takes back all that is set aside: before what waits, behind what is in hand.
    package func unstash(_ count: UnsafeMutablePointer<UInt32>?) -> Status {
        let status = check()
        if status != .ok { return status }
        let stashed = stashed
        guard pointee.engine.reclaimStash(of: self) else { return .noMemory }
        count?.pointee = stashed
        return .ok
    }

    /// The slot of a message in hand, if it is one. It may lie in a ring outgrown since.
    private func inHand(_ message: UnsafePointer<backstage_envelope>) -> Envelope? {
        let engine = pointee.engine
        guard isHandling else { return nil }
        if let inRound = engine.pointee.roundMessage, inRound == message { return slotInHand() }
        if pointee.ring == nil { return nil }
        var first = slot(pointee.head)
        if let retired = engine.pointee.retiredRing {
            first =
                Envelope(OpaquePointer(retired.ring))
                + Int(pointee.head & (1 << UInt32(retired.ringClass) &- 1))
        }
        let slot = Envelope(mutating: message)
        let distance = UInt(bitPattern: slot) &- UInt(bitPattern: first)
        return distance < UInt(hand) * 64 && distance % 64 == 0 ? slot : nil
    }
}

extension Stash {
    /// Makes room for one more than there are, and are marked.
    mutating func reserve(in engine: Engine) -> Bool {
        let needed = count + marked + 1
        if slots != nil, needed <= 1 << UInt32(ringClass) { return true }
        let newClass = slots == nil ? 1 : ringClass + 1
        guard let ring = engine.takeRing(newClass) else { return false }
        let larger = Envelope(OpaquePointer(ring))
        if let slots {
            for i in 0..<Int(count) { (larger + i).take(slots + i) }
            engine.giveOutgrown(UnsafeMutableRawPointer(slots), ringClass)
        }
        slots = larger
        ringClass = newClass
        return true
    }

    mutating func release(in engine: Engine) {
        guard let slots else { return }
        engine.giveRing(UnsafeMutableRawPointer(slots), ringClass)
        self.slots = nil
    }
}

extension Engine {
    /// The callback has returned: sets a marked message aside.
    func setAside(_ slot: Envelope, of actor: Actor) {
        guard let life = actor.life, let slots = life.pointee.stash.slots else { return }
        let place = slots + Int(life.pointee.stash.count)
        slot.pointee.reserved &= ~Carries.stash
        place.take(slot)
        life.pointee.stash.count += 1
        life.pointee.stash.marked -= 1
        actor.avoidFreeSlots()
        actor.refreshThreshold()
        // The turn counts it as handled, as all that it passes.
        pointee.handled &-= 1
        actor.details.pointee.handled &-= 1
    }

    /// False without memory: then all stays as it was.
    func reclaimStash(of actor: Actor) -> Bool {
        guard let life = actor.life, life.pointee.stash.count > 0, let slots = life.pointee.stash.slots else {
            return true
        }
        if !actor.leaveRound() { return false }
        let count = life.pointee.stash.count
        if actor.pointee.ring == nil, !actor.attachRing() { return false }
        let needed = actor.used + count
        if needed > actor.pointee.mask + 1, !actor.growRing(for: needed) { return false }
        actor.moveWaiting(by: count)
        let first = actor.pointee.head &+ actor.hand
        for i in 0..<count { actor.slot(first &+ i).take(slots + Int(i)) }
        life.pointee.stash.count = 0
        if life.pointee.stash.marked == 0 { life.pointee.stash.release(in: self) }
        actor.refreshThreshold()
        makeReady(actor)
        return true
    }

    /// The callback has failed: what it marked is not set aside.
    func forgetMarks(of actor: Actor) {
        guard let life = actor.life, life.pointee.stash.marked > 0 else { return }
        life.pointee.stash.marked = 0
        actor.refreshThreshold()
        if life.pointee.stash.count == 0 { life.pointee.stash.release(in: self) }
    }

    /// Makes dead letters of all that is set aside: the actor ends.
    func buryStash(of actor: Actor, _ reason: backstage_dead_reason) {
        guard let life = actor.life, let slots = life.pointee.stash.slots else { return }
        let count = life.pointee.stash.count
        for i in 0..<Int(count) {
            life.pointee.stash.count -= 1
            bury(slots + i, for: actor, reason)
        }
        life.pointee.stash.release(in: self)
    }
}

extension Actor {
    /// A ring of one slot takes messages without a look at the stash: the next is of two. Nothing waits
    /// in this one.
    fileprivate func avoidFreeSlots() {
        if pointee.mask != 0 { return }
        detachRing()
        pointee.mask = 1
    }

    /// Moves what waits further back. The ring has room.
    fileprivate func moveWaiting(by count: UInt32) {
        var position = pointee.tail
        let first = pointee.head &+ hand
        pointee.tail &+= count
        while position != first {
            position &-= 1
            slot(position &+ count).take(slot(position))
        }
    }
}
