import Backstage
import Testing

@Suite struct ChildrenTests {
    @Test func aChildKnowsItsParentAndEndsWithIt() throws {
        try withRig { rig in
            var parent: AnyActorRef?
            var child: ActorRef<Int>?
            let ref = try rig.engine.spawn("parent") { (message: Int, context) in
                #expect(context.parent == nil)
                child = try context.spawnChild { (message: Int, context) in parent = context.parent }
            }
            try ref.send(1)
            try rig.settle()
            try child?.send(1)
            try rig.settle()
            #expect(parent == ref.erased)
            try ref.stop()
            try rig.settle()
            expect(.notFound) { try child?.send(1) }
        }
    }

    @Test func whatIsSpawnedInsideIsNoChild() throws {
        try withRig { rig in
            var other: ActorRef<Int>?
            var parent: AnyActorRef??
            let ref = try rig.engine.spawn { (message: Int, context) in
                other = try context.spawn { (message: Int, context) in parent = context.parent }
            }
            try ref.send(1)
            try rig.settle()
            try ref.stop()
            try rig.settle()
            try other?.send(1)
            try rig.settle()
            #expect(parent == .some(nil))
        }
    }

    @Test func aChildCanBeSentToAtOnce() throws {
        try withRig { rig in
            var got: [Int] = []
            let ref = try rig.engine.spawn { (message: Int, context) in
                let child = try context.spawnChild { (message: Int, context) in got.append(message) }
                try child.send(message)
                try child.send(message + 1)
                #expect(got.isEmpty)
            }
            try ref.send(1)
            try rig.settle()
            #expect(got == [1, 2])
        }
    }

    @Test func anEndingActorSpawnsNothing() throws {
        struct Late: Actor {
            func receive(_ message: Int, _ context: Context<Int>) {}
            func ended(_ reason: EndReason, _ context: Context<Int>) {
                expect(.ending) { try context.spawnChild { (message: Int, context) in } }
                expect(.ending) { try context.spawn { (message: Int, context) in } }
            }
        }
        try withRig { rig in
            let ref = try rig.engine.spawn { Late() }
            try rig.settle()
            try ref.stop()
            try rig.settle()
            #expect(try rig.engine.statistics().spawned == 1)
        }
    }

    @Test func aParentIsToldWhenAChildFailedAndEnded() throws {
        struct Parent: Actor {
            let notes: Notes<Termination>
            func started(_ context: Context<Int>) throws {
                try context.spawnChild("child") { (message: Int, context) in
                    if message == 0 { return try context.shutdown() }
                    throw BackstageError.status(-2000)
                }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
            func childFailed(_ termination: Termination, _ context: Context<Int>) {
                #expect(context.sender == nil)
                notes.add(termination)
            }
        }
        let notes = Notes<Termination>()
        try withRig { rig in
            try rig.engine.spawn { Parent(notes: notes) }
            try rig.settle()
            let child = try rig.engine.find("child", as: Int.self)
            try child.send(1)
            try rig.settle()
            let termination = try #require(notes.all.first)
            #expect(notes.count == 1)
            #expect(termination.actor == child.erased)
            #expect(termination.reason == .failed)
            #expect(termination.status == -2000)
            #expect(termination.origin == child.erased)
            #expect(termination.originReason == .failed)
        }
    }

    @Test func ofOtherEndsAParentIsNotTold() throws {
        struct Parent: Actor {
            let notes: Notes<Termination>
            func started(_ context: Context<Int>) throws {
                try context.spawnChild("child") { (message: Int, context) in try context.shutdown() }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
            func childFailed(_ termination: Termination, _ context: Context<Int>) { notes.add(termination) }
        }
        let notes = Notes<Termination>()
        try withRig { rig in
            try rig.engine.spawn { Parent(notes: notes) }
            try rig.settle()
            try rig.engine.find("child", as: Int.self).send(1)
            try rig.settle()
            #expect(try rig.engine.statistics().actors == 1)
        }
        #expect(notes.count == 0)
    }

    @Test func aParentThatMonitorsTheChildIsToldByThat() throws {
        struct Parent: Actor {
            let notes: Notes<String>
            func started(_ context: Context<String>) throws {
                let child = try context.spawnChild("child") { (message: Int, context) in throw Oops() }
                try context.monitor(child) { "monitor: \($0.reason)" }
            }
            func receive(_ message: String, _ context: Context<String>) { notes.add(message) }
            func childFailed(_ termination: Termination, _ context: Context<String>) { notes.add("hook") }
        }
        let notes = Notes<String>()
        try withRig { rig in
            try rig.engine.spawn { Parent(notes: notes) }
            try rig.settle()
            try rig.engine.find("child", as: Int.self).send(1)
            try rig.settle()
        }
        #expect(notes.all == ["monitor: failed"])
    }

    @Test func aChildFailedHookThatThrowsIsTheParentsFailure() throws {
        struct Parent: Actor {
            func started(_ context: Context<Int>) throws {
                try context.spawnChild("child") { (message: Int, context) in throw Oops() }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
            func childFailed(_ termination: Termination, _ context: Context<Int>) throws {
                throw Oops("too")
            }
        }
        try withRig { rig in
            try rig.engine.spawn { Parent() }
            try rig.settle()
            try rig.engine.find("child", as: Int.self).send(1)
            try rig.settle()
            #expect(try rig.engine.statistics().actors == 0)
            #expect(rig.lines.all.map(\.error) == ["\(Oops())", "\(Oops("too"))"])
        }
    }

    @Test func aHundredGenerationsEndTogether() throws {
        struct Ancestor: Actor {
            let generation: Int
            func started(_ context: Context<Int>) throws {
                if generation == 0 { return }
                try context.spawnChild { Ancestor(generation: generation - 1) }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
        }
        try withRig { rig in
            let ref = try rig.engine.spawn { Ancestor(generation: 100) }
            try rig.settle()
            #expect(try rig.engine.statistics().actors == 101)
            try ref.stop()
            try rig.settle()
            #expect(try rig.engine.statistics().actors == 0)
        }
    }
}
