import CBackstage
import Testing

@testable import BackstageCore

struct RemoteQueueTests {
    typealias Queue = UnsafeMutablePointer<RemoteQueue>

    private func withQueue(capacity: UInt32, _ body: (Queue) throws -> Void) throws {
        try withEngine({ $0.remote_capacity = capacity }) { try body($0.pointee.remote) }
    }

    private func push(_ queue: Queue, _ number: UInt64) -> Bool {
        queue.push(RemoteMessage(action: .send, receiver: number, size: 0))
    }

    private func pop(_ queue: Queue) -> UInt64? {
        guard let slot = queue.peek() else { return nil }
        defer { queue.pop(slot) }
        return slot.pointee.receiver
    }

    /// Makes an empty queue look as if `position` messages had gone through it.
    private func move(_ queue: Queue, to position: UInt64) {
        for index in 0...queue.pointee.mask {
            let next = position &+ ((index &- position) & queue.pointee.mask)
            queue.pointee.slots[Int(index)].turn.store(next &- index, ordering: .relaxed)
        }
        queue.pointee.head.store(position, ordering: .relaxed)
        queue.pointee.tail.store(position, ordering: .relaxed)
    }

    @Test(arguments: [(1, 2), (2, 2), (3, 4), (8, 8), (9, 16), (0, 8192)] as [(UInt32, UInt64)])
    func itsCapacityIsAPowerOfTwo(_ asked: UInt32, _ got: UInt64) throws {
        try withQueue(capacity: asked) { #expect($0.pointee.mask + 1 == got) }
    }

    @Test func whatIsPushedComesOutInOrderAndNoMoreThanFits() throws {
        try withQueue(capacity: 8) { queue in
            #expect(queue.peek() == nil)
            for number in 0..<8 as Range<UInt64> { #expect(push(queue, number)) }
            #expect(!push(queue, 8))
            #expect(queue.count == 8)
            #expect(pop(queue) == 0)
            #expect(push(queue, 8))
            #expect(!push(queue, 9))
            for number in 1...8 as ClosedRange<UInt64> { #expect(pop(queue) == number) }
            #expect(queue.peek() == nil)
            #expect(queue.count == 0)
        }
    }

    /// Pushes and pops at random, beside an array: once from the start, and once across the place
    /// where the count of turns begins again.
    @Test(arguments: [0, 0 &- 100, 0 &- 8, 1 << 63 - 50, 1 << 32 - 50] as [UInt64])
    func behavesAsAnArray(_ start: UInt64) throws {
        try withQueue(capacity: 8) { queue in
            var random = Randomness(seed: 3)
            move(queue, to: start)
            var model: [UInt64] = []
            for number in 0..<1000 as Range<UInt64> {
                if random.below(100) < 55 {
                    #expect(push(queue, number) == (model.count < 8))
                    if model.count < 8 { model.append(number) }
                } else {
                    #expect(pop(queue) == (model.isEmpty ? nil : model.removeFirst()))
                }
                #expect(queue.count == UInt64(model.count))
            }
            while let number = pop(queue) { #expect(number == model.removeFirst()) }
            #expect(model.isEmpty)
        }
    }

    /// Full, and empty again, at every distance from where the count of turns begins again.
    @Test(arguments: 0...20 as ClosedRange<UInt64>)
    func isFullAcrossTheEnd(_ distance: UInt64) throws {
        try withQueue(capacity: 8) { queue in
            move(queue, to: 10 &- distance)
            for _ in 0..<2 {
                for number in 0..<8 as Range<UInt64> { #expect(push(queue, number)) }
                #expect(!push(queue, 8))
                for number in 0..<8 as Range<UInt64> { #expect(pop(queue) == number) }
                #expect(pop(queue) == nil)
            }
        }
    }

    @Test(arguments: 0...32)
    func aShortPayloadTravelsInItsSlot(_ size: Int) throws {
        try withQueue(capacity: 2) { queue in
            let bytes = (0..<size).map { UInt8($0 + 1) }
            // Two slots: the second message lands in the slot that the first had used.
            for round in 0..<3 as Range<UInt64> {
                let isIn = bytes.withUnsafeBytes { bytes in
                    queue.push(
                        RemoteMessage(
                            action: .send, receiver: round, size: size, bytes: bytes.baseAddress))
                }
                #expect(isIn)
                let slot = try #require(queue.peek())
                #expect(slot.pointee.size == UInt32(size))
                #expect(slot.pointee.reserved == 0)
                #expect([UInt8](UnsafeRawBufferPointer(start: slot.inlined, count: size)) == bytes)
                queue.pop(slot)
            }
        }
    }

    /// A slot claimed but not yet written holds back what was written after it.
    @Test func whatIsBeingWrittenIsWaitedFor() throws {
        try withQueue(capacity: 4) { queue in
            // Another thread has claimed the first slot and got no further.
            queue.pointee.tail.store(1, ordering: .relaxed)
            #expect(push(queue, 1))
            #expect(queue.peek() == nil)
            #expect(queue.count == 2)
            queue.pointee.slots[0].receiver = 0
            queue.pointee.slots[0].turn.store(1, ordering: .releasing)
            #expect(pop(queue) == 0)
            #expect(pop(queue) == 1)
        }
    }
}
