import CBackstage
import Testing

@testable import BackstageCore

struct WorldTests {
    /// Many actions, in and between turns, while time goes by.
    func live(_ world: World, steps: Int, aroundEach: (() -> Void) -> Void = { $0() }) {
        for _ in 0..<12 { world.spawn(under: nil) }
        for _ in 0..<steps {
            world.energy = 12
            aroundEach { step(world) }
            let faults = world.engine.faults
            #expect(faults == [])
            // Others would only follow from these.
            if !faults.isEmpty { break }
        }
        world.energy = 0
        world.engine.runUntilIdle()
        world.expectAllSettled()
    }

    private func step(_ world: World) {
        let engine = world.engine
        switch world.random.below(20) {
        case 0, 1: world.spawn(under: nil)
        case 2...5: engine.runEachReady()
        case 6, 7: world.note("advance", engine.advance(by: UInt64(world.random.below(60))))
        case 8: engine.runUntilIdle()
        case 9: for _ in 0..<5 { world.sendFromElsewhere() }
        default:
            for _ in 0..<3 {
                if let actor = engine.actor(world.anyRef) { world.act(as: actor) }
            }
        }
    }

    /// After every step all within fits together, and every message comes to one end.
    @Test(arguments: 1...24 as ClosedRange<UInt64>)
    func whateverActorsDoAllFitsTogether(_ seed: UInt64) throws {
        try withWorld(seed: seed) { live($0, steps: 400) }
    }

    /// One step in three finds no memory: calls fail, and change nothing; messages taken over are kept.
    @Test(arguments: 301...308 as ClosedRange<UInt64>)
    func withoutMemoryNothingIsLost(_ seed: UInt64) throws {
        try withWorld(seed: seed) { world in
            var shortages = Randomness(seed: ~seed)
            live(world, steps: 300) { step in
                if shortages.below(3) == 0 { world.engine.withoutMemory(step) } else { step() }
            }
        }
    }

    /// The same seed gives the same run, to the last message.
    @Test(arguments: 101...104 as ClosedRange<UInt64>)
    func aSeedDecidesEverything(_ seed: UInt64) throws {
        var traces: [[String]] = []
        for _ in 0..<2 {
            try withWorld(seed: seed) { world in
                live(world, steps: 300)
                traces.append(world.trace)
            }
        }
        #expect(traces[0].count > 1000)
        #expect(traces[0] == traces[1])
    }

    /// When all actors have ended, nothing is left of them; and a second life needs no more memory.
    @Test(arguments: 201...204 as ClosedRange<UInt64>)
    func nothingIsLeftOfThoseWhoEnded(_ seed: UInt64) throws {
        try withWorld(seed: seed) { world in
            let engine = world.engine
            var held: [Int] = []
            for _ in 0..<2 {
                world.random = Randomness(seed: seed)
                live(world, steps: 200)
                for actor in engine.livingActors { engine.beginEnding(actor, Reason.stopped, .ok) }
                engine.runUntilIdle()
                #expect(engine.livingActors == [])
                #expect(engine.pointee.registry.count == 0 && engine.pointee.kinds.count == 0)
                #expect(engine.pointee.publishers.count == 0 && engine.pointee.topics.count == 0)
                #expect(engine.pointee.subscriptions.count == 0 && engine.pointee.timers.count == 0)
                engine.releaseCaches()
                held.append(engine.heldBytes)
            }
            #expect(held[1] <= held[0] + 65_536)
        }
    }
}
