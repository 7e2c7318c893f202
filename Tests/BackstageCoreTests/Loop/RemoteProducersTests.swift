import CBackstage
import Glibc
import Synchronization
import Testing

@testable import BackstageCore

/// What several threads share in this test.
private final class Producers: Sendable {
    nonisolated(unsafe) let queue: UnsafeMutablePointer<RemoteQueue>
    let running = Atomic<Int>(4)

    init(_ queue: UnsafeMutablePointer<RemoteQueue>) { self.queue = queue }

    static let messagesEach: UInt64 = 20_000

    /// Pushes more than fits, as fast as it can.
    func produce(as producer: Int) {
        for number in 0..<Self.messagesEach {
            var payload = (UInt64(producer), number, ~number)
            withUnsafeBytes(of: &payload) { bytes in
                let message = RemoteMessage(action: .send, size: bytes.count, bytes: bytes.baseAddress)
                while !queue.push(message) { sched_yield() }
            }
        }
        running.wrappingSubtract(1, ordering: .releasing)
    }

    /// Takes messages until all producers are done and nothing is left.
    func consume(_ body: (UnsafeMutablePointer<RemoteSlot>) -> Void) {
        while true {
            let areAllDone = running.load(ordering: .acquiring) == 0
            if let slot = queue.peek() {
                body(slot)
                queue.pop(slot)
            } else if areAllDone {
                return
            } else {
                sched_yield()
            }
        }
    }
}

struct RemoteProducersTests {
    /// Nothing is lost, doubled, torn or reordered.
    @Test(arguments: [2, 64] as [UInt32])
    func everyProducersMessagesArriveInOrder(_ capacity: UInt32) throws {
        try withEngine({ $0.remote_capacity = capacity }) { engine in
            let producers = Producers(engine.pointee.remote)
            var next = [UInt64](repeating: 0, count: 4)
            var wrong = 0
            try withThreads(4) {
                producers.produce(as: $0)
            } meanwhile: {
                producers.consume { slot in
                    let (producer, number, check, _) = slot.pointee.inlined
                    let isRight = number == next[Int(producer)] && check == ~number && slot.pointee.size == 24
                    if !isRight { wrong += 1 }
                    next[Int(producer)] = number + 1
                }
            }
            #expect(wrong == 0)
            #expect(next == [UInt64](repeating: Producers.messagesEach, count: 4))
            #expect(engine.pointee.remote.count == 0)
        }
    }
}
