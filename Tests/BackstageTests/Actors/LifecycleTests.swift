import Backstage
import Testing

/// Notes each call of its methods.
private struct Witness: Actor {
    enum Message { case note(String), fail }
    let notes: Notes<String>

    init(_ notes: Notes<String>) {
        self.notes = notes
        notes.add("made")
    }

    mutating func started(_ context: Context<Message>) { notes.add("started") }

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .note(let text): notes.add(text)
        case .fail: throw Oops()
        }
    }

    mutating func ended(_ reason: EndReason, _ context: Context<Message>) { notes.add("ended \(reason)") }
}

/// Has one child, of the closure's making.
private struct Parent<Child: Actor>: Actor {
    let make: () throws -> Child

    func started(_ context: Context<Int>) throws { try context.spawnChild("child", make) }
    func receive(_ message: Int, _ context: Context<Int>) {}
}

extension Rig {
    fileprivate func spawnParent<Child: Actor>(
        _ supervision: Supervision = Supervision(), _ make: @escaping () throws -> Child
    ) throws -> ActorRef<Child.Message> {
        try engine.spawn("parent", options: ActorOptions(supervision: supervision)) {
            Parent(make: make)
        }
        try settle()
        return try engine.find("child", as: Child.Message.self)
    }
}

@Suite struct LifecycleTests {
    let notes = Notes<String>()

    @Test func anActorIsMadeAtItsFirstTurnAndNotBefore() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { Witness(notes) }
            try ref.send(.note("first"))
            #expect(notes.all.isEmpty)
            try rig.settle()
            #expect(notes.all == ["made", "started", "first"])
        }
        #expect(notes.all.last == "ended engineEnded")
    }

    @Test func anActorWithoutMessagesIsMadeAndStartedToo() throws {
        try withRig { rig in
            try rig.engine.spawn { Witness(notes) }
            try rig.settle()
            #expect(notes.all == ["made", "started"])
        }
    }

    @Test func anActorThatNeverHadATurnIsNeverMade() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { Witness(notes) }
            try ref.send(.note("lost"))
        }
        #expect(notes.all.isEmpty)
    }

    @Test func oneStoppedBeforeItsFirstTurnIsNeverMade() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { Witness(notes) }
            try ref.send(.note("lost"))
            try ref.stop()
            try rig.settle()
            #expect(rig.reasons == [.ended])
            #expect(try rig.engine.statistics().actors == 0)
        }
        #expect(!notes.all.contains("lost"))
        #expect(!notes.all.contains("ended stopped") || notes.all.first == "made")
    }

    @Test func stoppedPoisonedFailedAndClosedEndWithTheirReasons() throws {
        try withRig { rig in
            let stopped = try rig.engine.spawn { Witness(notes) }
            let poisoned = try rig.engine.spawn { Witness(notes) }
            let failed = try rig.engine.spawn { Witness(notes) }
            try rig.settle()
            notes.clear()

            try stopped.stop()
            try rig.settle()
            #expect(notes.all == ["ended stopped"])

            notes.clear()
            try poisoned.send(.note("last words"))
            try poisoned.poison()
            try rig.settle()
            #expect(notes.all == ["last words", "ended stopped"])

            notes.clear()
            try failed.send(.fail)
            try rig.settle()
            #expect(notes.all == ["ended failed"])
            #expect(rig.reasons == [.failed])
        }
    }

    @Test func shutdownEndsNormally() throws {
        let notes = notes
        try withRig { rig in
            struct Quitter: Actor {
                let notes: Notes<String>
                func receive(_ message: Int, _ context: Context<Int>) throws {
                    try context.shutdown()
                    // Only the end of the callback ends it.
                    notes.add("still here")
                }
                func ended(_ reason: EndReason, _ context: Context<Int>) { notes.add("\(reason)") }
            }
            let ref = try rig.engine.spawn { Quitter(notes: notes) }
            try ref.send(1)
            try ref.send(2)
            try rig.settle()
            #expect(notes.all == ["still here", "normal"])
            #expect(rig.reasons == [.ended])
        }
    }

    @Test func whatIsNotDrainedInTimeIsKilled() throws {
        let notes = notes
        try withRig { rig in
            struct Stubborn: Actor {
                let notes: Notes<String>
                func receive(_ message: Int, _ context: Context<Int>) throws { try context.stash() }
                func ended(_ reason: EndReason, _ context: Context<Int>) { notes.add("\(reason)") }
            }
            let ref = try rig.engine.spawn { Stubborn(notes: notes) }
            try ref.send(1)
            try rig.settle()
            try ref.drain(timeout: .seconds(1))
            try rig.settle()
            #expect(notes.all.isEmpty)
            try rig.advance(.seconds(1))
            #expect(notes.all == ["killed"])
            #expect(rig.reasons == [.ended])
        }
    }

    @Test func aRestartEndsTheOldActorAndMakesANewOne() throws {
        try withRig { rig in
            let child = try rig.spawnParent { [notes] in Witness(notes) }
            notes.clear()
            try child.send(.fail)
            try child.send(.note("after"))
            try rig.settle()
            #expect(notes.all == ["ended restarted", "made", "started", "after"])
            #expect(rig.reasons == [.failed])
            #expect(try rig.engine.statistics(of: child).restarts == 1)
        }
    }

    @Test func aRestartForgetsTheOldActorsState() throws {
        struct Counter: Actor {
            var count = 0
            let notes: Notes<String>
            mutating func receive(_ message: Int, _ context: Context<Int>) throws {
                if message < 0 { throw Oops() }
                count += message
                notes.add("\(count)")
            }
        }
        try withRig { rig in
            let child = try rig.spawnParent { [notes] in Counter(notes: notes) }
            for message in [1, 2, -1, 5] { try child.send(message) }
            try rig.settle()
            #expect(notes.all == ["1", "3", "5"])
        }
    }

    @Test func aMakerThatThrowsIsAFailure() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { () throws -> Witness in throw Oops("no actor") }
            try ref.send(.note("lost"))
            try rig.settle()
            #expect(rig.reasons == [.ended])
            #expect(rig.lines.all.first?.error == "\(Oops("no actor"))")
            expect(.notFound) { try ref.send(.fail) }
        }
        #expect(notes.all.isEmpty)
    }

    @Test func aMakerThatThrowsOnceIsAskedAgainAtTheRestart() throws {
        var attempts = 0
        try withRig { rig in
            let child = try rig.spawnParent { [notes] in
                attempts += 1
                if attempts == 1 { throw Oops() }
                return Witness(notes)
            }
            try child.send(.note("served"))
            try rig.settle()
        }
        #expect(attempts == 2)
        // Nothing was made the first time, so nothing ended.
        #expect(notes.all == ["made", "started", "served", "ended engineEnded"])
    }

    @Test func aStartThatThrowsIsAFailureAndTheActorEnds() throws {
        struct Weak: Actor {
            let notes: Notes<String>
            func started(_ context: Context<Int>) throws { throw Oops("cannot start") }
            func receive(_ message: Int, _ context: Context<Int>) { notes.add("received") }
            func ended(_ reason: EndReason, _ context: Context<Int>) { notes.add("ended \(reason)") }
        }
        try withRig { rig in
            let ref = try rig.engine.spawn { [notes] in Weak(notes: notes) }
            try ref.send(1)
            try rig.settle()
            #expect(notes.all == ["ended failed"])
            #expect(rig.reasons == [.ended])
            #expect(rig.lines.count == 1)
        }
    }

    @Test func anEndThatThrowsIsLoggedAndTheEndGoesOn() throws {
        struct Clumsy: Actor {
            func receive(_ message: Int, _ context: Context<Int>) {}
            func ended(_ reason: EndReason, _ context: Context<Int>) throws { throw Oops("dropped it") }
        }
        try withRig { rig in
            let ref = try rig.engine.spawn { Clumsy() }
            try rig.settle()
            try ref.stop()
            try rig.settle()
            #expect(rig.lines.all.map(\.error) == ["\(Oops("dropped it"))"])
            #expect(try rig.engine.statistics().actors == 0)
            #expect(try rig.engine.statistics().failures == 1)
        }
    }

    @Test func childrenEndBeforeTheirParentTheLastBornFirst() throws {
        struct Family: Actor {
            let name: String
            let depth: Int
            let notes: Notes<String>
            func started(_ context: Context<Int>) throws {
                guard depth > 0 else { return }
                for i in 1...2 {
                    try context.spawnChild {
                        Family(name: "\(name).\(i)", depth: depth - 1, notes: notes)
                    }
                }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
            func ended(_ reason: EndReason, _ context: Context<Int>) { notes.add(name) }
        }
        try withRig { rig in
            let ref = try rig.engine.spawn { [notes] in Family(name: "0", depth: 2, notes: notes) }
            try rig.settle()
            try ref.stop()
            try rig.settle()
            #expect(notes.all == ["0.2.2", "0.2.1", "0.2", "0.1.2", "0.1.1", "0.1", "0"])
        }
    }

    @Test func anActorIsFreedWhenItEndsAndAtEachRestart() throws {
        final class Token {
            let count: UnsafeMutablePointer<Int>
            init(_ count: UnsafeMutablePointer<Int>) {
                self.count = count
                count.pointee += 1
            }
            deinit { count.pointee -= 1 }
        }
        struct Holder: Actor {
            let token: Token
            func receive(_ message: Int, _ context: Context<Int>) throws { if message < 0 { throw Oops() } }
        }
        let alive = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        defer { alive.deallocate() }
        alive.initialize(to: 0)
        try withRig { rig in
            let child = try rig.spawnParent(Supervision(restarts: 100)) { Holder(token: Token(alive)) }
            #expect(alive.pointee == 1)
            for _ in 0..<50 { try child.send(-1) }
            try rig.settle()
            #expect(alive.pointee == 1)
            try child.stop()
            try rig.settle()
            #expect(alive.pointee == 0)
        }
    }
}
