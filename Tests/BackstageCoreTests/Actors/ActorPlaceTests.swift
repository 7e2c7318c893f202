import CBackstage
import Testing

@testable import BackstageCore

/// Places in the table of actors, and the refs that name them.
struct ActorPlaceTests {
    private func end(_ actor: Actor) {
        #expect(actor.shutdown() == .ok)
        actor.pointee.engine.runUntilIdle()
        #expect(!actor.isLiving)
    }

    @Test func aRefIsPlaceAndGeneration() throws {
        try withEngine { engine in
            for index in 0..<2000 as Range<UInt64> {
                let actor = try engine.spawn()
                #expect(actor.ref == index << 32 | 1)
                #expect(actor.index == UInt32(index))
                #expect(engine.actor(actor.ref) == actor)
            }
        }
    }

    /// Actors come and go at random. A ref names one of them, and none after it.
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func refsNeverRepeat(_ seed: UInt64) throws {
        try withEngine { engine in
            var random = Randomness(seed: seed)
            var given: Set<backstage_ref> = []
            var living: [backstage_ref] = []
            for step in 0..<2000 {
                if living.isEmpty || random.below(100) < (step / 500 % 2 == 0 ? 60 : 40) {
                    living.append(try engine.spawn().ref)
                    #expect(given.insert(living.last!).inserted)
                } else {
                    end(try #require(engine.actor(living.remove(at: random.below(living.count)))))
                }
            }
            let stale = given.subtracting(living)
            #expect(stale.allSatisfy { engine.actor($0) == nil })
            #expect(stale.allSatisfy { engine.send(from: 0, $0, nil, 0) == .notFound })
            #expect(living.allSatisfy { engine.actor($0)?.ref == $0 })
            #expect(!given.contains(0))
        }
    }

    /// The last generation of a place is its last: afterwards no ref names it, not even the one that
    /// the next generation would have, which for the first place is "nobody".
    @Test(arguments: [0, 1])
    func aUsedUpPlaceIsRetired(_ index: Int) throws {
        try withEngine { engine in
            for _ in 0..<index { try engine.spawn() }
            let actor = try engine.spawn()
            let early = actor.ref
            actor.pointee.generation = .max
            let late = actor.ref
            #expect(engine.actor(early) == nil)
            #expect(engine.actor(late) == actor)
            end(actor)
            for ref in [early, late, UInt64(index) << 32] {
                #expect(engine.actor(ref) == nil)
                #expect(engine.send(from: 0, ref, "x", 1) == .notFound)
                #expect(engine.sendFromOutside(ref, nil, 0) == .notFound)
            }
            for _ in 0..<10 { #expect(try engine.spawn() != actor) }
            #expect(engine.livingActors.allSatisfy { $0 != actor })
        }
    }

    @Test func aRetiredPlaceCountsTowardsTheLimit() throws {
        try withEngine({ $0.actors_max = 1 }) { engine in
            let actor = try engine.spawn()
            actor.pointee.generation = .max
            end(actor)
            var options = backstage_actor_options()
            options.receive = { _, _, _ in 0 }
            var ref: backstage_ref = 5
            #expect(engine.spawn(options, nil, &ref) == .limit)
            #expect(ref == 5)
        }
    }

    @Test func forgedRefsNameNobody() throws {
        try withEngine { engine in
            let ref = try engine.spawn().ref
            for forged in [0, 1 << 32 | 1, ref + 1, ref | 1 << 63, ref | 1 << 56, .max, 0xFFFF_FFFF, 1 << 32]
            {
                #expect(engine.actor(forged) == nil)
                #expect(engine.send(from: 0, forged, "x", 1) == .notFound)
            }
        }
    }

    /// A spawn that finds no memory leaves no trace, whatever it had already got.
    @Test func withoutMemoryNothingIsSpawned() throws {
        try withEngine { engine in
            var options = backstage_actor_options()
            options.receive = { _, _, _ in 0 }
            var ref: backstage_ref = 5
            "unborn".withCString { id in
                options.id = id
                options.kind = id
                // The first place needs a commit, the second an object for its names.
                engine.withoutMemory { #expect(engine.spawn(options, nil, &ref) == .noMemory) }
                options.id = nil
                options.kind = nil
                #expect(engine.spawn(options, nil, &ref) == .ok)
                options.id = id
                options.kind = id
                engine.withoutMemory { #expect(engine.spawn(options, nil, &ref) == .noMemory) }
            }
            engine.expectNoFaults()
            #expect(engine.statistics.actors == 1)
            #expect(engine.statistics.spawned == 1)
            #expect(engine.pointee.kinds.count == 0)
            try engine.spawn(id: "unborn", kind: "unborn")
        }
    }
}
