import CBackstage
import CLibev

// Inboxes are rings of envelopes. A ring belongs to an actor only while messages are queued; then it
// goes back to the pool, from where the next actor takes it. Of those who fall idle some keep small
// rings until the engine sleeps: two that talk to each other need not fetch one for each message.

/// Rings up to this class (4 KiB) are cut from chunks, larger ones are pieces of their own.
private let cutClassMax = 6
/// The class of the largest ring: `BACKSTAGE_CAPACITY_MAX` messages, and one in hand.
private let ringClassMax = 25
let ringClasses = ringClassMax + 1
/// Rings up to this mask (4 slots) may stay with so many idle actors: 256 KiB in all.
let restingMask: UInt32 = 3
let restingMax = 1024

/// Outgrown rings are kept up to this class (512 KiB): of larger ones there would be as much again as is
/// in use.
private let keptClassMax = 13

/// A ring outgrown inside a callback that still reads from it. Kept until the callback returns.
struct RetiredRing {
    var ring: UnsafeMutableRawPointer
    var ringClass: Int
}

extension Engine {
    @inline(__always) private func ringBytes(_ ringClass: Int) -> Int { 64 << ringClass }

    func takeRing(_ ringClass: Int) -> UnsafeMutableRawPointer? {
        let list = pointee.freeRings + ringClass
        guard let ring = list.pointee else { return makeRing(ringClass) }
        list.pointee = ring.load(as: UnsafeMutableRawPointer?.self)
        return ring
    }

    @inline(__always) func giveRing(_ ring: UnsafeMutableRawPointer, _ ringClass: Int) {
        let list = pointee.freeRings + ringClass
        ring.storeBytes(of: list.pointee, as: UnsafeMutableRawPointer?.self)
        list.pointee = ring
    }

    @inline(never) private func makeRing(_ ringClass: Int) -> UnsafeMutableRawPointer? {
        if ringClass > cutClassMax { return allocate(ringBytes(ringClass)) }
        let bytes = ringBytes(ringClass)
        if pointee.ringArena.left < bytes {
            keepRest()
            guard let chunk = newChunk(after: pointee.ringArena.chunks) else {
                return takeBackRing(ringClass)
            }
            pointee.ringArena = chunk
        }
        return pointee.ringArena.cut(bytes)
    }

    /// Without memory: those that rest give theirs back.
    private func takeBackRing(_ ringClass: Int) -> UnsafeMutableRawPointer? {
        detachRestingRings()
        return (pointee.freeRings + ringClass).pointee == nil ? nil : takeRing(ringClass)
    }

    /// Makes rings of what a chunk has left, so that none of it is wasted.
    private func keepRest() {
        for ringClass in stride(from: cutClassMax, through: 0, by: -1) {
            while pointee.ringArena.left >= ringBytes(ringClass) {
                giveRing(pointee.ringArena.cut(ringBytes(ringClass)), ringClass)
            }
        }
    }

    /// An actor has nothing queued any more: its ring stays for now, or goes back.
    @inline(__always) func restRing(_ actor: Actor) {
        if actor.pointee.mask > restingMask { return actor.detachRing() }
        if actor.pointee.flags.has(.resting) { return }
        if pointee.restingCount == restingMax {
            return actor.pointee.mask == 0 ? actor.detachFreeSlot() : actor.detachRing()
        }
        pointee.resting[pointee.restingCount] = actor
        pointee.restingCount &+= 1
        actor.pointee.flags.insert(.resting)
    }

    /// Takes their rings from all that are idle. An actor may have ended meanwhile, or even another
    /// have its place: what counts is how it is now.
    @inline(never) func detachRestingRings() {
        for i in 0..<pointee.restingCount {
            let actor = pointee.resting[i]
            if !actor.pointee.flags.has(.resting) { continue }
            actor.pointee.flags.remove(.resting)
            let unwritten: UInt32 = actor.isPromised ? 1 : 0
            if actor.pointee.ring != nil, actor.used == unwritten { actor.detachRing() }
        }
        pointee.restingCount = 0
    }

    func releaseFreeRings() {
        for ringClass in (cutClassMax + 1)..<ringClasses {
            let list = pointee.freeRings + ringClass
            while let ring = list.pointee {
                list.pointee = ring.load(as: UnsafeMutableRawPointer?.self)
                deallocate(ring, ringBytes(ringClass))
            }
        }
    }

    /// Gives back the ring that the callback just returned was reading from.
    @inline(never) func releaseRetiredRing() {
        guard let retired = pointee.retiredRing else { return }
        pointee.retiredRing = nil
        giveOutgrown(retired.ring, retired.ringClass)
    }

    func giveOutgrown(_ ring: UnsafeMutableRawPointer, _ ringClass: Int) {
        if ringClass > keptClassMax { return deallocate(ring, ringBytes(ringClass)) }
        giveRing(ring, ringClass)
    }
}

extension Actor {
    /// The ring, or the next one, has `1 << ringClass` slots.
    @inline(__always) private var ringClass: Int {
        pointee.mask == 0 ? 0 : UInt32.bitWidth - pointee.mask.leadingZeroBitCount
    }

    /// Gives an actor without a ring one from the pool, if a single slot is what it needs: most do.
    @inline(__always) func attachFreeSlot() -> Bool {
        let list = pointee.engine.pointee.freeRings
        guard pointee.ring == nil, pointee.mask == 0, used == 0, let ring = list.pointee else { return false }
        list.pointee = ring.load(as: UnsafeMutableRawPointer?.self)
        pointee.ring = Envelope(OpaquePointer(ring))
        pointee.threshold = 1
        return true
    }

    /// Gives it back.
    @inline(__always) fileprivate func detachFreeSlot() {
        guard let ring = pointee.ring else { return }
        let list = pointee.engine.pointee.freeRings
        UnsafeMutableRawPointer(ring).storeBytes(of: list.pointee, as: UnsafeMutableRawPointer?.self)
        list.pointee = UnsafeMutableRawPointer(ring)
        pointee.ring = nil
        pointee.threshold = 0
    }

    /// Gives the actor a ring, of the size that it needed last time.
    func attachRing() -> Bool {
        guard let ring = pointee.engine.takeRing(ringClass) else { return false }
        pointee.ring = Envelope(OpaquePointer(ring))
        setMask(pointee.mask)
        return true
    }

    /// Gives the ring of an actor with nothing queued back to the pool.
    @inline(__always) func detachRing() {
        guard let ring = pointee.ring else { return }
        pointee.engine.giveRing(UnsafeMutableRawPointer(ring), ringClass)
        pointee.ring = nil
        pointee.threshold = 0
        if pointee.mask > restingMask { shrinkNextRing() }
    }

    /// The next ring is smaller if little went through this one. A large ring's positions begin at 0, so
    /// they tell; a small one's go on from where they were.
    private func shrinkNextRing() {
        if pointee.tail <= pointee.mask >> 2 { pointee.mask >>= 1 }
        details.pointee.handled &+= UInt64(pointee.head)
        pointee.head = 0
        pointee.tail = 0
    }

    /// Brings positions back to the ring's beginning before they overflow.
    @inline(never) func rewindRing() {
        let rounds = pointee.head & ~pointee.mask
        details.pointee.handled &+= UInt64(rounds)
        pointee.head &-= rounds
        pointee.tail &-= rounds
    }

    @inline(__always) private func setMask(_ mask: UInt32) {
        pointee.mask = mask
        pointee.threshold = mask == 0 ? 1 : min(mask &+ 1, room)
    }

    /// What is set aside has changed, and so the room for what waits.
    func refreshThreshold() {
        if pointee.ring != nil { setMask(pointee.mask) }
    }

    /// Makes the ring twice as large, or larger still if there are to be so many slots in use.
    @inline(never) func growRing(for needed: UInt32 = 0) -> Bool {
        let engine = pointee.engine
        let oldClass = ringClass
        var newClass = oldClass + 1
        while needed > 1 << UInt32(newClass) { newClass += 1 }
        guard let ring = engine.takeRing(newClass) else { return false }
        let slots = Envelope(OpaquePointer(ring))
        let mask: UInt32 = 1 << UInt32(newClass) &- 1
        // Positions stay. What is to be set aside is marked where the callback sees it.
        var position = pointee.head &+ (isPromised ? 1 : 0)
        while position != pointee.tail {
            let copy = slots + Int(position & mask)
            copy.take(slot(position))
            copy.pointee.reserved &= ~Carries.stash
            position &+= 1
        }
        let old = UnsafeMutableRawPointer(pointee.ring.unsafelyUnwrapped)
        if isHandling, hand > 0, engine.pointee.retiredRing == nil {
            engine.pointee.retiredRing = RetiredRing(ring: old, ringClass: oldClass)
        } else {
            engine.giveOutgrown(old, oldClass)
        }
        pointee.ring = slots
        setMask(mask)
        return true
    }
}
