import CBackstage
import Testing

@testable import BackstageCore

/// Counts that begin again in a cache line, and go on elsewhere.
struct CounterTests {
    @Test func messagesHandledAreCountedBeyond32Bits() throws {
        try withEngine { engine in
            let probe = Probe()
            let actor = try engine.spawn(probe)
            let start = UInt64(UInt32.max) - 1
            actor.details.pointee.handled = start
            var seen: [UInt64] = []
            probe.onReceive = { actor, _ in
                seen.append(engine.statistics(of: actor).handled)
                return .ok
            }
            for _ in 0..<5 { #expect(engine.send([1], to: actor) == .ok) }
            engine.runUntilIdle()
            #expect(seen == (0..<5).map { start + $0 })
            #expect(engine.statistics(of: actor).handled == start + 5)
        }
    }

    @Test func theHighWaterMarkGoesBeyondItsByte() throws {
        try withEngine { engine in
            let actor = try engine.spawn { $0.capacity = 1 << 20 }
            func burst(_ count: Int) -> UInt64 {
                for _ in 0..<count { _ = engine.send([1], to: actor) }
                let now = engine.statistics(of: actor).queued_max
                engine.runUntilIdle()
                #expect(engine.statistics(of: actor).queued_max == now)
                return now
            }
            #expect(
                [10, 255, 254, 256, 65_535, 65_536, 70_000, 69_000, 300].map(burst)
                    == [10, 255, 255, 256, 65_535, 65_536, 70_000, 70_000, 70_000])
            #expect(actor.pointee.queuedMax == .max)
        }
    }

    /// Inside a callback the message in hand is queued, and those before it are handled.
    @Test(arguments: [false, true])
    func theLedgerHoldsInsideCallbacks(_ inBatches: Bool) throws {
        try withEngine { engine in
            let probe = Probe()
            var ledgers: [[UInt64]] = []
            let look = { (actor: Actor) in
                let all = engine.statistics
                let own = engine.statistics(of: actor)
                ledgers.append([all.accepted, all.handled, all.queued, own.handled, own.queued])
            }
            probe.onReceive = { actor, _ in
                if !inBatches { look(actor) }
                return .ok
            }
            probe.onBatch = { actor, _, _ in look(actor) }
            let actor = try engine.spawn(probe, inBatches: inBatches)
            for _ in 0..<3 { #expect(engine.send([1], to: actor) == .ok) }
            engine.runUntilIdle()
            // Three messages lie in a ring of four: one batch.
            #expect(
                ledgers
                    == (inBatches
                        ? [[3, 0, 3, 0, 3]] : [[3, 0, 3, 0, 3], [3, 1, 2, 1, 2], [3, 2, 1, 2, 1]]))
            #expect(engine.statistics.handled == 3)
        }
    }

    /// A dead letter has been taken out of the ledger's queue when it is shown.
    @Test func theLedgerHoldsInsideDeadLetters() throws {
        final class Seen { var ledgers: [[UInt64]] = [] }
        let seen = Seen()
        try withEngine({ options in
            options.dead_letter = { handle, _, _, _, state in
                let statistics = Engine(handle!).statistics
                let seen = Unmanaged<Seen>.fromOpaque(state!).takeUnretainedValue()
                seen.ledgers.append([statistics.accepted, statistics.dead, statistics.queued])
            }
            options.dead_letter_state = Unmanaged.passUnretained(seen).toOpaque()
        }) { engine in
            let actor = try engine.spawn()
            for _ in 0..<3 { #expect(engine.send([1], to: actor) == .ok) }
            #expect(actor.shutdown() == .ok)
            engine.runUntilIdle()
            #expect(seen.ledgers == [[3, 1, 2], [3, 2, 1], [3, 3, 0]])
        }
        #expect(seen.ledgers.count == 3)
    }
}
