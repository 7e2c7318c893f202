import CBackstage
import Glibc
import Testing

@testable import BackstageCore

/// How often the engine looks at clock, threads and descriptors. Real clocks differ from run to run, so
/// what is checked holds for every time that can have passed.
struct LookTests {
    private func withRealClock(_ body: (Engine) throws -> Void) throws {
        try withEngine({ $0.clock = UInt32(BACKSTAGE_CLOCK_MONOTONIC) }, body)
    }

    /// Makes the next look one that comes so many nanoseconds, or more, after the last.
    private func makeLate(_ engine: Engine, by nanoseconds: UInt64) {
        engine.pointee.lastLook = engine.freshNow() - nanoseconds
        engine.pointee.untilLook = 0
    }

    @Test func afterASlowStretchEveryMessageIsFollowedByALook() throws {
        try withRealClock { engine in
            engine.pointee.lookEvery = 256
            makeLate(engine, by: 1_000_000_000)
            engine.look()
            #expect(engine.pointee.lookEvery == 1)
            #expect(engine.pointee.untilLook == 1)
        }
    }

    @Test func aLookTwiceTooLateHalvesTheDistance() throws {
        try withRealClock { engine in
            engine.pointee.lookEvery = 256
            makeLate(engine, by: 200_000)
            engine.look()
            #expect((1...128).contains(engine.pointee.lookEvery))
        }
    }

    /// A look before its time, after a sleep say, tells nothing of how long messages take.
    @Test func anEarlyLookChangesNothing() throws {
        try withRealClock { engine in
            engine.pointee.lookEvery = 32
            makeLate(engine, by: 1_000_000_000)
            engine.pointee.untilLook = 5
            engine.look()
            #expect(engine.pointee.lookEvery == 32)
            #expect(engine.pointee.untilLook == 32)
        }
    }

    /// From wherever it is, the distance at most doubles, and stays between a message and 256.
    @Test func theDistanceStaysWithinItsBounds() throws {
        try withRealClock { engine in
            var wrong: [String] = []
            for before in 1...256 as ClosedRange<Int32> {
                for _ in 0..<8 {
                    engine.pointee.lookEvery = before
                    engine.pointee.untilLook = 0
                    engine.look()
                    let after = engine.pointee.lookEvery
                    if !(1...min(256, before * 2)).contains(after) { wrong.append("\(before) to \(after)") }
                }
            }
            #expect(wrong.first == nil)
        }
    }

    /// Slow callbacks shorten the turn itself, whatever the budget.
    @Test(arguments: [1, 4, 200] as [Int32], [false, true])
    func aTurnIsNoLongerThanTheDistance(_ distance: Int32, _ inBatches: Bool) throws {
        try withEngine { engine in
            let probe = Probe()
            let actor = try engine.spawn(probe, inBatches: inBatches) { $0.budget = 100 }
            for _ in 0..<300 { #expect(engine.send([1], to: actor) == .ok) }
            engine.pointee.lookEvery = distance
            engine.runEachReady()
            #expect(probe.received.count == Int(min(distance, 100)))
            engine.runUntilIdle()
            #expect(probe.received.count == 300)
        }
    }

    @Test func aVirtualClockLooksAtFixedDistances() throws {
        try withEngine { engine in
            for _ in 0..<100 {
                engine.pointee.untilLook = 0
                engine.look()
                #expect(engine.pointee.lookEvery == 256)
                #expect(engine.pointee.now == 0)
            }
        }
    }

    /// The time of a look is the engine's time, and never goes back.
    @Test func timeGoesOn() throws {
        try withRealClock { engine in
            var last = engine.freshNow()
            for _ in 0..<1000 {
                engine.look()
                #expect(engine.pointee.now >= last)
                last = engine.pointee.now
            }
        }
    }
}
