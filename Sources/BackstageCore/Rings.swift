import CBackstage
import CLibev

// Inboxes are rings of envelopes. A ring belongs to an actor only while messages are queued; then
// it goes back to the pool, from where the next actor takes it, still warm.

/// Rings up to this class (4 KiB) are cut from chunks, larger ones are pieces of their own.
private let cutClassMax = 6
/// The class of the largest ring: `BACKSTAGE_CAPACITY_MAX` messages, and one in hand.
private let ringClassMax = 25
let ringClasses = ringClassMax + 1

/// A ring outgrown inside a callback that still reads from it. Kept until the callback returns.
struct RetiredRing {
    var ring: UnsafeMutableRawPointer
    var ringClass: Int
}

extension Engine {
    @inline(__always) private func ringBytes(_ ringClass: Int) -> Int { 64 << ringClass }

    @inline(__always) func takeFreeRing(_ ringClass: Int) -> UnsafeMutableRawPointer? {
        let list = pointee.freeRings + ringClass
        guard let ring = list.pointee else { return nil }
        list.pointee = ring.load(as: UnsafeMutableRawPointer?.self)
        return ring
    }

    func takeRing(_ ringClass: Int) -> UnsafeMutableRawPointer? {
        takeFreeRing(ringClass) ?? makeRing(ringClass)
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
            guard let chunk = newChunk(after: pointee.ringArena.chunks) else { return nil }
            pointee.ringArena = chunk
        }
        return pointee.ringArena.cut(bytes)
    }

    /// Makes rings of what a chunk has left, so that none of it is wasted.
    private func keepRest() {
        for ringClass in stride(from: cutClassMax, through: 0, by: -1) {
            while pointee.ringArena.left >= ringBytes(ringClass) {
                giveRing(pointee.ringArena.cut(ringBytes(ringClass)), ringClass)
            }
        }
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
        giveRing(retired.ring, retired.ringClass)
    }
}

extension Actor {
    /// Gives the actor a ring from the pool, of the size that it needed last time.
    @inline(__always) func attachFreeRing() -> Bool {
        guard let ring = pointee.engine.takeFreeRing(Int(pointee.ringClass)) else { return false }
        pointee.ring = Envelope(OpaquePointer(ring))
        return true
    }

    /// The same, with a ring made if the pool has none.
    func attachRing() -> Bool {
        guard let ring = pointee.engine.takeRing(Int(pointee.ringClass)) else { return false }
        pointee.ring = Envelope(OpaquePointer(ring))
        return true
    }

    /// Gives the ring of an actor with nothing queued back to the pool.
    @inline(__always) func detachRing() {
        guard let ring = pointee.ring else { return }
        pointee.engine.giveRing(UnsafeMutableRawPointer(ring), Int(pointee.ringClass))
        pointee.ring = nil
        // Positions count from when the ring was attached: so much went through it.
        if pointee.tail <= ringMask >> 2 { shrinkNextRing() }
        pointee.head = 0
        pointee.tail = 0
    }

    @inline(__always) private func shrinkNextRing() {
        if pointee.ringClass > 0 { setRingClass(Int(pointee.ringClass) - 1) }
    }

    @inline(never) func setRingClass(_ ringClass: Int) {
        pointee.ringClass = UInt8(ringClass)
        pointee.threshold = min(ringMask &+ 1, details.pointee.capacity)
    }

    /// Doubles the ring. Positions stay.
    @inline(never) func growRing() -> Bool {
        let engine = pointee.engine
        let oldClass = Int(pointee.ringClass)
        guard let ring = engine.takeRing(oldClass + 1) else { return false }
        let slots = Envelope(OpaquePointer(ring))
        let mask = ringMask << 1 | 1
        var position = pointee.head
        while position != pointee.tail {
            (slots + Int(position & mask)).take(slot(position))
            position &+= 1
        }
        let old = UnsafeMutableRawPointer(pointee.ring.unsafelyUnwrapped)
        if pointee.hand > 0, engine.pointee.retiredRing == nil {
            engine.pointee.retiredRing = RetiredRing(ring: old, ringClass: oldClass)
        } else {
            engine.giveRing(old, oldClass)
        }
        pointee.ring = slots
        setRingClass(oldClass + 1)
        return true
    }
}
