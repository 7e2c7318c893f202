import CBackstage
import Glibc
import Testing

@testable import BackstageCore

/// The seeds to run: these, or two hundred from the one that the environment names.
private func worldSeeds(_ standard: ClosedRange<UInt64>) -> ClosedRange<UInt64> {
    let named = getenv("BACKSTAGE_WORLD_SEEDS").flatMap { UInt64(String(cString: $0)) }
    return named.map { $0...($0 + 199) } ?? standard
}

struct WorldTests {
    /// Many actions, in and between turns, while time goes by.
    func live(_ world: World, steps: Int, aroundEach: (() -> Void) -> Void = { $0() }) {
        for _ in 0..<12 { world.spawn(under: nil) }
        for _ in 0..<steps {
            world.energy = world.energyOfStep
            aroundEach { step(world) }
            let faults = world.engine.faults
            #expect(faults == [])
            world.expectRestartsAddUp()
            // Others would only follow from these.
            if !faults.isEmpty { break }
        }
        world.settle()
    }

    private func step(_ world: World) {
        let engine = world.engine
        switch world.random.below(24) {
        case 0, 1: world.spawn(under: nil)
        case 2...5: world.run(BACKSTAGE_RUN_NO_WAIT)
        case 6...8: world.note("advance", engine.advance(by: UInt64(world.random.below(60))))
        case 9, 10: world.run(BACKSTAGE_RUN_UNTIL_IDLE)
        case 11:
            for _ in 0..<5 { world.sendFromElsewhere() }
            world.sendManyFromElsewhere()
        case 12: world.requestFromOutside()
        case 13: world.requestFromElsewhere()
        case 14: world.takeAnswers()
        case 15: if world.chance(1, in: 10) { world.drainEngine() }
        default:
            for _ in 0..<3 {
                if let actor = engine.actor(world.anyRef) { world.act(as: actor) }
            }
        }
    }

    /// After every step all within fits together, and every message comes to one end.
    @Test(arguments: worldSeeds(1...24))
    func whateverActorsDoAllFitsTogether(_ seed: UInt64) throws {
        try withWorld(seed: seed) { live($0, steps: 400) }
    }

    /// One step in three, and some of what is done in others, finds no memory: calls fail, and change
    /// nothing; messages taken over are kept.
    @Test(arguments: worldSeeds(301...308))
    func withoutMemoryNothingIsLost(_ seed: UInt64) throws {
        try withWorld(seed: seed) { world in
            var shortages = Randomness(seed: ~seed)
            world.isScarce = true
            live(world, steps: 300) { step in
                if shortages.below(3) == 0 { world.engine.withoutMemory(step) } else { step() }
            }
            world.isScarce = false
        }
    }

    /// The same seed gives the same run, to the last message.
    @Test(arguments: worldSeeds(101...104))
    func aSeedDecidesEverything(_ seed: UInt64) throws {
        var traces: [[String]] = []
        for _ in 0..<2 {
            try withWorld(seed: seed) { world in
                live(world, steps: 300)
                traces.append(world.trace)
            }
        }
        #expect(traces[0].count > 500)
        #expect(traces[0] == traces[1])
    }

    /// When all actors have ended, nothing is left of them; and a second life needs no more memory.
    @Test(arguments: worldSeeds(201...204))
    func nothingIsLeftOfThoseWhoEnded(_ seed: UInt64) throws {
        try withWorld(seed: seed) { world in
            let engine = world.engine
            var held: [Int] = []
            for _ in 0..<2 {
                world.random = Randomness(seed: seed)
                live(world, steps: 200)
                for actor in engine.livingActors {
                    engine.beginEnding(actor, Reason.stopped, actor.cause(Reason.stopped))
                }
                world.run(BACKSTAGE_RUN_UNTIL_IDLE)
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
