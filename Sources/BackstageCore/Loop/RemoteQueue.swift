import CBackstage
import CLibev
import Synchronization

/// What other threads hand to an engine: a bounded queue of many producers and one consumer, without
/// locks. Each slot is an envelope on its way: one cache line.
package struct RemoteQueue: ~Copyable {
    let slots: UnsafeMutablePointer<RemoteSlot>
    let mask: UInt64
    let reservation: Reservation
    /// The engine's loop and its wake-up call.
    let loop: OpaquePointer
    let wake: UnsafeMutablePointer<ev_async>
    /// The thread that the engine belongs to.
    let owner: Atomic<UInt>
    let isStopRequested: Atomic<Bool>
    /// The companion has something to do.
    let hasWork: Atomic<Bool>
    /// The engine ends: it takes nothing more. `isDestroying`, for other threads.
    let isClosed: Atomic<Bool>
    /// The engine is in the kernel, or about to be: it has to be woken.
    let isAsleep: Atomic<Bool>
    // Producers and consumer write in lines of their own.
    private let padding0 = Padding()
    let tail: Atomic<UInt64>
    private let padding1 = Padding()
    let head: Atomic<UInt64>
    private let padding2 = Padding()

    init(
        slots: UnsafeMutablePointer<RemoteSlot>, capacity: UInt64, reservation: Reservation,
        loop: OpaquePointer,
        wake: UnsafeMutablePointer<ev_async>
    ) {
        self.slots = slots
        self.reservation = reservation
        mask = capacity - 1
        self.loop = loop
        self.wake = wake
        owner = Atomic(clibev_thread())
        isStopRequested = Atomic(false)
        hasWork = Atomic(false)
        isClosed = Atomic(false)
        isAsleep = Atomic(false)
        tail = Atomic(0)
        head = Atomic(0)
    }
}

private struct Padding {
    let words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0)
}

/// An envelope whose receiver is not yet looked up. Laid out like one, with the payload pointer's
/// place taken by the turn count, and the sender's by the receiver.
struct RemoteSlot: ~Copyable {
    var receiver: backstage_ref
    /// Whose turn it is, less the slot's index, so that zeroed memory is a queue that is empty.
    let turn: Atomic<UInt64>
    /// Length of the name behind the payload, for what is addressed by name; or the request that it is.
    var nameLength: UInt64
    var size: UInt32
    var action: RemoteAction
    var reserved: UInt16
    /// The payload, or the block it is in.
    var inlined: (UInt64, UInt64, UInt64, UInt64)
}

enum RemoteAction: UInt16 {
    case send, sendToID, publish, broadcast, request, requestToID
    /// A call of the companion's.
    case call
}

/// What to put into the queue.
struct RemoteMessage {
    var action: RemoteAction
    var receiver: backstage_ref = 0
    var size: Int
    var bytes: UnsafeRawPointer?
    var block: Block?
    var nameLength = 0
    /// Of a native value: marks, and the type.
    var marks: UInt16 = 0
    var valueType: UnsafeRawPointer?
    var request: UnsafeMutablePointer<OutsideRequest>?
}

extension UnsafeMutablePointer<RemoteQueue> {
    /// Queues a message, from any thread; false if there is no room.
    @inline(__always)
    func push(_ message: RemoteMessage) -> Bool {
        guard let (slot, position) = claim() else { return false }
        slot.pointee.receiver = message.receiver
        slot.pointee.nameLength =
            message.request.map { UInt64(UInt(bitPattern: $0)) } ?? UInt64(message.nameLength)
        slot.pointee.size = UInt32(truncatingIfNeeded: message.size)
        slot.pointee.action = message.action
        if let block = message.block {
            slot.pointee.reserved = Carries.block | message.marks
            slot.inlined.storeBytes(of: block, as: Block.self)
        } else {
            slot.pointee.reserved = message.marks
            if let bytes = message.bytes { copyShort(slot.inlined, bytes, message.size) }
            if let type = message.valueType { slot.inlined.setValueType(type) }
            // Bytes that mean nothing to who knows nothing of values.
            if message.marks & Carries.owned != 0 { slot.pointee.size = 0 }
        }
        let index = position & pointee.mask
        slot.pointee.turn.store(position &+ 1 &- index, ordering: .releasing)
        wakeIfAsleep()
        return true
    }

    private func claim() -> (UnsafeMutablePointer<RemoteSlot>, UInt64)? {
        var position = pointee.tail.load(ordering: .relaxed)
        while true {
            let index = position & pointee.mask
            let slot = pointee.slots + Int(index)
            let turn = slot.pointee.turn.load(ordering: .acquiring) &+ index
            if turn == position {
                // Sequentially consistent, as is the look at `isAsleep` that follows: either the engine sees
                // the claim before it sleeps, or this thread sees it asleep.
                let (exchanged, original) = pointee.tail.weakCompareExchange(
                    expected: position, desired: position &+ 1, ordering: .sequentiallyConsistent)
                if exchanged { return (slot, position) }
                position = original
            } else if Int64(bitPattern: turn &- position) < 0 {
                return nil
            } else {
                position = pointee.tail.load(ordering: .relaxed)
            }
        }
    }

    /// The oldest message, if its writing is done. The engine's thread; `pop` once it is dealt with.
    @inline(__always)
    func peek() -> UnsafeMutablePointer<RemoteSlot>? {
        let position = pointee.head.load(ordering: .relaxed)
        let index = position & pointee.mask
        let slot = pointee.slots + Int(index)
        return slot.pointee.turn.load(ordering: .acquiring) &+ index == position &+ 1
            ? slot : nil
    }

    @inline(__always)
    func pop(_ slot: UnsafeMutablePointer<RemoteSlot>) {
        let position = pointee.head.load(ordering: .relaxed)
        let index = position & pointee.mask
        pointee.head.store(position &+ 1, ordering: .relaxed)
        slot.pointee.turn.store(position &+ pointee.mask &+ 1 &- index, ordering: .releasing)
    }

    /// Messages waiting, those included that are just being written.
    var count: UInt64 {
        let head = pointee.head.load(ordering: .relaxed)
        return pointee.tail.load(ordering: .sequentiallyConsistent) &- head
    }

    func wakeIfAsleep() {
        if pointee.isAsleep.load(ordering: .sequentiallyConsistent) {
            ev_async_send(pointee.loop, pointee.wake)
        }
    }

    /// Any thread, and signal handlers.
    func requestStop() {
        pointee.isStopRequested.store(true, ordering: .sequentiallyConsistent)
        wakeIfAsleep()
    }
}

extension UnsafeMutablePointer<RemoteSlot> {
    var inlined: UnsafeMutableRawPointer { UnsafeMutableRawPointer(self) + inlineOffset }

    /// Who waits for the answer, if this is a request.
    var request: UnsafeMutablePointer<OutsideRequest>? {
        switch pointee.action {
        case .request, .requestToID:
            UnsafeMutablePointer<OutsideRequest>(bitPattern: UInt(pointee.nameLength))
        default: nil
        }
    }

    var lengthOfName: Int { request?.pointee.nameLength ?? Int(pointee.nameLength) }
}
