import CBackstage
import Testing

@testable import BackstageCore

/// An inbox that grows while its actor reads from it: what it reads stays where it is.
struct RetiredRingTests {
    /// Inside its callback, the actor sends itself so much that its ring grows four times.
    @Test func theMessageInHandStaysWhereItIs() throws {
        try withEngine { engine in
            let probe = Probe()
            var isFirst = true
            probe.onReceive = { actor, message in
                guard isFirst else { return .ok }
                isFirst = false
                let before = message.bytes
                for number in 0..<16 as Range<UInt8> {
                    #expect(actor.send(actor.ref, [number], 1) == .ok)
                    #expect(message.bytes == before)
                    #expect(message.pointee.payload == UnsafeRawPointer(message.inlined))
                }
                #expect(actor.pointee.ring != message)
                #expect(engine.pointee.retiredRing?.ring == UnsafeMutableRawPointer(message))
                return .ok
            }
            let actor = try engine.spawn(probe)
            #expect(engine.send([1, 2, 3, 4], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(probe.payloads == [[1, 2, 3, 4]] + (0..<16).map { [$0] })
            #expect(engine.pointee.retiredRing == nil)
        }
    }

    /// Other actors that grow meanwhile do not take the ring that is still read from.
    @Test func nobodyElseGetsTheRingMeanwhile() throws {
        try withEngine { engine in
            let other = try engine.spawn()
            let probe = Probe()
            probe.onReceive = { actor, message in
                guard message.bytes == [9] else { return .ok }
                for _ in 0..<8 { #expect(actor.send(actor.ref, [0], 1) == .ok) }
                for _ in 0..<32 { #expect(actor.send(other.ref, [7], 1) == .ok) }
                #expect(message.bytes == [9])
                return .ok
            }
            let actor = try engine.spawn(probe)
            #expect(engine.send([9], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(probe.received.count == 9)
            #expect(engine.statistics(of: other).handled == 32)
        }
    }

    @Test func aBatchInHandStaysWhereItIs() throws {
        try withEngine { engine in
            let probe = Probe()
            probe.onBatch = { actor, first, count in
                guard count == 8, probe.batches.count == 1 else { return }
                for number in 8..<40 as Range<UInt8> { #expect(actor.send(actor.ref, [number], 1) == .ok) }
                #expect((0..<count).map { (first + $0).bytes } == (0..<8).map { [$0] })
            }
            let actor = try engine.spawn(probe, inBatches: true)
            for number in 0..<8 as Range<UInt8> { #expect(engine.send([number], to: actor) == .ok) }
            engine.runUntilIdle()
            #expect(probe.payloads == (0..<40).map { [$0] })
            #expect(engine.pointee.retiredRing == nil)
        }
    }

    /// The actor fails on the message that it grew its inbox for.
    @Test func aFailureGivesTheRingBackToo() throws {
        try withEngine { engine in
            let probe = Probe()
            probe.onReceive = { actor, _ in
                for _ in 0..<8 { #expect(actor.send(actor.ref, [0], 1) == .ok) }
                return -1000
            }
            let actor = try engine.spawn(probe)
            #expect(engine.send([1], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(!actor.isLiving)
            #expect(engine.pointee.retiredRing == nil)
            #expect(engine.statistics.dead == 9)
        }
    }

    /// A full inbox that drops its oldest, from inside: what is in hand is not dropped or moved.
    @Test(arguments: [false, true])
    func whatIsInHandIsNotDropped(_ inBatches: Bool) throws {
        try withEngine { engine in
            let probe = Probe()
            var isFirst = true
            let overfill = { (actor: Actor) in
                guard isFirst else { return }
                isFirst = false
                for number in 10..<20 as Range<UInt8> {
                    #expect(actor.send(actor.ref, [number], 1) == .ok)
                    #expect(actor.occupied <= 4)
                }
            }
            probe.onReceive = { actor, message in
                let before = message.bytes
                if !inBatches { overfill(actor) }
                #expect(message.bytes == before)
                return .ok
            }
            probe.onBatch = { actor, first, count in
                let before = (0..<count).map { (first + $0).bytes }
                overfill(actor)
                #expect((0..<count).map { (first + $0).bytes } == before)
            }
            let actor = try engine.spawn(probe, inBatches: inBatches) { options in
                options.capacity = 4
                options.overflow = UInt32(BACKSTAGE_OVERFLOW_DROP_OLDEST)
            }
            for number in 0..<4 as Range<UInt8> { #expect(engine.send([number], to: actor) == .ok) }
            engine.runUntilIdle()
            let inHand: [[UInt8]] = inBatches ? [[0], [1], [2], [3]] : [[0]]
            // What a batch has in hand keeps its room, but one.
            let own: [[UInt8]] = inBatches ? [[19]] : [[16], [17], [18], [19]]
            #expect(probe.payloads == inHand + own)
            #expect(engine.statistics.dead == 14 - UInt64(probe.received.count))
        }
    }
}
