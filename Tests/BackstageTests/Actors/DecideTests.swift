import Backstage
import Synchronization
import Testing

/// A family of as many generations as there are supervisions: each supervises the next; the last is
/// `leaf` and throws what it is sent.
private struct Generation: Actor {
    let supervisions: [Supervision]

    func started(_ context: Context<Int>) throws {
        guard let next = supervisions.first else {
            try context.spawnChild("leaf") { (message: String, context) in
                if message == "down" { return try context.shutdown() }
                throw Oops(message)
            }
            return
        }
        let rest = Array(supervisions.dropFirst())
        try context.spawnChild(options: ActorOptions(supervision: next)) { Generation(supervisions: rest) }
    }

    func receive(_ message: Int, _ context: Context<Int>) {}
}

@Suite struct DecideTests {
    private func withLeaf(_ supervisions: [Supervision], _ body: (Rig, ActorRef<String>) throws -> Void)
        throws
    {
        try withRig { rig in
            try rig.engine.spawn(options: ActorOptions(supervision: supervisions[0])) {
                Generation(supervisions: Array(supervisions.dropFirst()))
            }
            try rig.settle()
            try body(rig, try rig.engine.find("leaf", as: String.self))
        }
    }

    @Test func theClosureSeesTheErrorThrown() throws {
        let errors = Notes<String>()
        let supervision = Supervision { failure in
            errors.add("\(failure.error) \(failure.status) \(failure.restarts)")
            return .restart
        }
        try withLeaf([supervision]) { rig, leaf in
            try leaf.send("first")
            try leaf.send("second")
            try rig.settle()
            #expect(errors.all == ["\(Oops("first")) -1000 0", "\(Oops("second")) -1000 1"])
        }
    }

    @Test func theClosureSeesWhichChild() throws {
        let children = Notes<AnyActorRef>()
        let supervision = Supervision { failure in
            children.add(failure.child)
            return .stop
        }
        try withLeaf([supervision]) { rig, leaf in
            try leaf.send("x")
            try rig.settle()
            #expect(children.all == [leaf.erased])
            expect(.notFound) { try leaf.send("y") }
        }
    }

    @Test func theDirectiveCanDependOnTheError() throws {
        let supervision = Supervision { failure in
            switch (failure.error as? Oops)?.text {
            case "resume": .resume
            case "restart": .restart
            default: .stop
            }
        }
        try withLeaf([supervision]) { rig, leaf in
            try leaf.send("resume")
            try rig.settle()
            #expect(try rig.engine.statistics().restarts == 0)
            try leaf.send("restart")
            try rig.settle()
            #expect(try rig.engine.statistics().restarts == 1)
            try leaf.send("stop")
            try rig.settle()
            expect(.notFound) { try leaf.send("") }
        }
    }

    @Test func anEscalatedFailureIsTheGrandparentsToDecideWithItsError() throws {
        let errors = Notes<String>()
        let top = Supervision { failure in
            errors.add("\(failure.error)")
            return .restart
        }
        try withLeaf([top, Supervision(onFailure: .escalate)]) { rig, leaf in
            try leaf.send("from below")
            try rig.settle()
            #expect(errors.all == ["\(Oops("from below"))"])
            // The middle one restarted, and its child with it.
            #expect(try rig.engine.find("leaf") != leaf.erased)
        }
    }

    @Test func escalationPassesThroughAllWhoEscalate() throws {
        let levels = 20
        let asked = Mutex(0)
        let counting = Supervision { _ in
            asked.withLock { $0 += 1 }
            return .escalate
        }
        let top = Supervision { _ in .resume }
        try withLeaf([top] + Array(repeating: counting, count: levels)) { rig, leaf in
            try leaf.send("x")
            try rig.settle()
            #expect(asked.withLock { $0 } == levels)
            // Resumed at the top: all go on as they were.
            try leaf.send("y")
            try rig.settle()
            #expect(asked.withLock { $0 } == 2 * levels)
            #expect(try rig.engine.find("leaf") == leaf.erased)
        }
    }

    @Test func aChildThatShutsItselfDownAsksNobody() throws {
        let asked = Mutex(0)
        let supervision = Supervision { _ in
            asked.withLock { $0 += 1 }
            return .stop
        }
        try withLeaf([supervision]) { rig, leaf in
            try leaf.send("down")
            try rig.settle()
            #expect(asked.withLock { $0 } == 0)
            #expect(try rig.engine.statistics().restarts == 1)
        }
    }

    @Test func theClosureIsAskedOfFailuresToStartToo() throws {
        struct Parent: Actor {
            func started(_ context: Context<Int>) throws {
                try context.spawnChild("weak") { () throws -> Generation in throw Oops("cannot be made") }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
        }
        let errors = Notes<String>()
        let supervision = Supervision { failure in
            errors.add("\(failure.error)")
            return failure.restarts < 2 ? .restart : .stop
        }
        try withRig { rig in
            try rig.engine.spawn(options: ActorOptions(supervision: supervision)) { Parent() }
            try rig.settle()
            #expect(errors.all == Array(repeating: "\(Oops("cannot be made"))", count: 3))
            expect(.notFound) { _ = try rig.engine.find("weak") }
        }
    }
}
