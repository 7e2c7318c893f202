import CBackstage
import Testing

@testable import BackstageCore

struct RingTests {
    /// The n-th message: of a size that may or may not fit in its envelope.
    private func payload(_ number: Int) -> [UInt8] {
        (0..<number * 7 % 45 + 4).map { UInt8(truncatingIfNeeded: number >> ($0 % 4 * 8) + $0) }
    }

    private func expect(_ actor: Actor, toHold numbers: Range<Int>) {
        let queue = actor.queue
        #expect(queue.map(\.bytes) == numbers.map(payload))
        let areInPlace = queue.allSatisfy { message in
            message.pointee.reserved & Carries.block != 0
                || message.pointee.payload == UnsafeRawPointer(message.inlined)
        }
        #expect(areInPlace)
    }

    /// From one slot to 4096, and at every size after some have gone, so that the queue lies across
    /// the end of the ring when it grows.
    @Test(arguments: 0..<12)
    func growthKeepsOrderAndPayloads(_ ringClass: Int) throws {
        try withEngine { engine in
            let probe = Probe()
            let size = 1 << ringClass
            let actor = try engine.spawn(probe) { options in
                options.capacity = 1 << 20
                options.budget = UInt32(min(size / 2 + 1, 255))
            }
            for number in 0..<size { #expect(engine.send(payload(number), to: actor) == .ok) }
            #expect(actor.ringSize == size)
            expect(actor, toHold: 0..<size)
            engine.runEachReady()
            let handled = probe.received.count
            var sent = size
            while actor.ringSize < size * 4 {
                #expect(engine.send(payload(sent), to: actor) == .ok)
                sent += 1
                if sent % (size / 2 + 1) == 0 { expect(actor, toHold: handled..<sent) }
            }
            expect(actor, toHold: handled..<sent)
            engine.runUntilIdle()
            #expect(probe.payloads == (0..<sent).map(payload))
        }
    }

    /// Positions are 32 bits: near their end, or the middle of their range, all goes on as before.
    @Test(arguments: [0 &- 2, 1 << 29 - 2, 1 << 29 - 4] as [UInt32], [1, 3])
    func positionsBeginAgain(_ rounds: UInt32, _ budget: UInt32) throws {
        try withEngine { engine in
            let probe = Probe()
            let actor = try engine.spawn(probe) { $0.budget = budget }
            for number in 0..<4 { #expect(engine.send(payload(number), to: actor) == .ok) }
            #expect(actor.ringSize == 4)
            actor.advancePositions(by: rounds)
            #expect(engine.statistics(of: actor).handled == 0)
            var sent = 4
            for _ in 0..<30 {
                for _ in 0..<2 {
                    #expect(engine.send(payload(sent), to: actor) == .ok)
                    sent += 1
                }
                engine.runEachReady()
                expect(actor, toHold: probe.received.count..<sent)
                #expect(engine.statistics(of: actor).handled == UInt64(probe.received.count))
            }
            engine.runUntilIdle()
            #expect(probe.payloads == (0..<sent).map(payload))
            #expect(engine.statistics(of: actor).handled == UInt64(sent))
        }
    }

    @Test func anIdleActorHoldsNoRingOnceTheEngineSleeps() throws {
        try withEngine { engine in
            let actor = try engine.spawn()
            #expect(actor.pointee.ring == nil)
            #expect(engine.send([1], to: actor) == .ok)
            #expect(actor.pointee.ring != nil)
            engine.runUntilIdle()
            #expect(actor.pointee.ring != nil)
            #expect(engine.statistics(of: actor).memory_bytes == 0)
            engine.rest()
            #expect(actor.pointee.ring == nil)
            // The next actor takes the ring that is still warm.
            let other = try engine.spawn()
            #expect(engine.send([1], to: actor) == .ok)
            let ring = actor.pointee.ring
            engine.runUntilIdle()
            engine.rest()
            #expect(engine.send([1], to: other) == .ok)
            #expect(other.pointee.ring == ring)
        }
    }

    /// Who needed many slots will again; who does not, gives them up by and by.
    @Test func theNextRingShrinksAfterQuietTimes() throws {
        try withEngine { engine in
            let actor = try engine.spawn()
            func burst(_ count: Int) -> Int {
                for _ in 0..<count { #expect(engine.send([1], to: actor) == .ok) }
                engine.runUntilIdle()
                return actor.ringSize
            }
            #expect(burst(512) == 512)
            #expect(burst(512) == 512)
            // A quarter is not little.
            #expect(burst(128) == 512)
            #expect(burst(127) == 256)
            #expect((0..<6).map { _ in burst(1) } == [128, 64, 32, 16, 8, 4])
            for _ in 0..<10 { #expect(burst(1) <= 4) }
            #expect(burst(5) == 8)
        }
    }

    /// Rings too large to be cut from chunks go back to the allocator when memory is short.
    @Test func largeRingsAreGivenUpUnderPressure() throws {
        try withEngine { engine in
            let actor = try engine.spawn { $0.capacity = 100_000 }
            #expect(engine.send([1], to: actor) == .ok)
            engine.runUntilIdle()
            let held = engine.heldBytes
            for _ in 0..<40_000 { #expect(engine.send([1], to: actor) == .ok) }
            engine.runUntilIdle()
            #expect(engine.heldBytes > held + 65_536 * 64)
            engine.releaseCaches()
            // Small rings stay: a chunk, perhaps two.
            #expect(engine.heldBytes <= held + 2 * 65_536)
        }
    }

    @Test func aRingThatCannotGrowStaysAsItWas() throws {
        try withEngine { engine in
            let probe = Probe()
            let actor = try engine.spawn(probe)
            for number in 0..<64 { #expect(engine.send([UInt8(number)], to: actor) == .ok) }
            engine.withoutMemory {
                // Classes 6 and below may have rings left from chunks; the next may not.
                var status = Status.ok
                for number in 64..<200 where status == .ok {
                    status = engine.send([UInt8(number)], to: actor)
                }
                #expect(status == .noMemory)
            }
            let count = Int(actor.used)
            #expect(actor.queue.map(\.bytes) == (0..<count).map { [UInt8($0)] })
            #expect(engine.send([UInt8(count)], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(probe.payloads == (0...count).map { [UInt8($0)] })
        }
    }
}
