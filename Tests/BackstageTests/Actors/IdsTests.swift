import Backstage
import Testing

@Suite struct IdsTests {
    @Test func anActorIsFoundByItsId() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn("a") { (message: Int, context) in }
            let nameless = try rig.engine.spawn { (message: Int, context) in }
            #expect(try rig.engine.find("a", as: Int.self) == ref)
            #expect(try rig.engine.find("a") == ref.erased)
            #expect(ref.id == "a")
            #expect(ref.erased.id == "a")
            #expect(nameless.id == nil)
        }
    }

    @Test func findRefusesAnotherTypeOfMessages() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn("a") { (message: Int, context) in }
            expect(.wrongMessage) { _ = try rig.engine.find("a", as: UInt.self) }
            expect(.wrongMessage) { _ = try rig.engine.find("a", as: Int?.self) }
            expect(.wrongMessage) { _ = try ref.erased.typed(as: String.self) }
            #expect(try ref.erased.typed(as: Int.self) == ref)
        }
    }

    @Test func anIdOfALivingActorIsTaken() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn("a") { (message: Int, context) in }
            expect(.exists) { try rig.engine.spawn("a") { (message: Int, context) in } }
            try ref.stop()
            expect(.exists) { try rig.engine.spawn("a") { (message: Int, context) in } }
            #expect(try rig.engine.find("a", as: Int.self) == ref)
            try rig.settle()
            expect(.notFound) { _ = try rig.engine.find("a") }
            let next = try rig.engine.spawn("a") { (message: String, context) in }
            #expect(try rig.engine.find("a", as: String.self) == next)
            #expect(ref.id == nil)
            #expect(ref.rawValue != next.rawValue)
        }
    }

    @Test(arguments: ["", "a\0b", "\0", String(repeating: "x", count: 256)])
    func idsThatAreNone(_ id: String) throws {
        try withRig { rig in
            expect(.invalidID) { try rig.engine.spawn(id) { (message: Int, context) in } }
            expect(.invalidID) { _ = try rig.engine.find(id) }
            expect(.invalidID) { _ = try rig.engine.find(id, as: Int.self) }
            let ref = try rig.engine.spawn { (message: Int, context) in
                expect(.invalidID) { try context.spawn(id) { (message: Int, context) in } }
                expect(.invalidID) { try context.spawnChild(id) { (message: Int, context) in } }
            }
            try ref.send(1)
            try rig.settle()
            #expect(try rig.engine.statistics().spawned == 1)
        }
    }

    @Test(arguments: [String(repeating: "x", count: 255), "ü", "日本語", "a b\n", " ", "\u{FEFF}", "🏳️‍🌈"])
    func idsThatAreUnusualButFine(_ id: String) throws {
        try withRig { rig in
            let ref = try rig.engine.spawn(id) { (message: Int, context) in
                #expect(context.id.map { Array($0.utf8) } == Array(id.utf8))
            }
            try ref.send(1)
            try rig.settle()
            #expect(try rig.engine.find(id) == ref.erased)
            #expect(rig.letters.count == 0)
        }
    }

    @Test func idsAreComparedAsBytes() throws {
        try withRig { rig in
            // Equal as Swift's strings, not as bytes.
            let composed = "\u{E9}"
            let decomposed = "e\u{301}"
            let one = try rig.engine.spawn(composed) { (message: Int, context) in }
            let two = try rig.engine.spawn(decomposed) { (message: Int, context) in }
            #expect(one != two)
            #expect(try rig.engine.find(decomposed) == two.erased)
        }
    }

    @Test func allLivingActorsAreListed() throws {
        try withRig { rig in
            #expect(try rig.engine.actors().isEmpty)
            let refs = try (0..<10).map { _ in try rig.engine.spawn { (message: Int, context) in }.erased }
            try rig.settle()
            #expect(try Set(rig.engine.actors()) == Set(refs))
            try refs[3].stop()
            try rig.settle()
            #expect(try rig.engine.actors().count == 9)
            #expect(try !rig.engine.actors().contains(refs[3]))
        }
    }

    @Test func noMoreActorsThanTheLimit() throws {
        try withRig(EngineOptions(clock: .virtual, actorsMax: 2)) { rig in
            let ref = try rig.engine.spawn { (message: Int, context) in }
            try rig.engine.spawn { (message: Int, context) in }
            expect(.limit) { try rig.engine.spawn { (message: Int, context) in } }
            try ref.stop()
            try rig.settle()
            try rig.engine.spawn { (message: Int, context) in }
        }
    }
}
