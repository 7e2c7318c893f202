import Backstage
import Testing

@Suite struct StopTests {
    @Test func aStoppedActorHandlesNothingMore() throws {
        try withRig { rig in
            var got = 0
            let ref = try rig.engine.spawn { (message: Int, context) in got += 1 }
            try rig.settle()
            for _ in 0..<3 { try ref.send(1) }
            try ref.stop()
            expect(.ending) { try ref.send(1) }
            try ref.stop()
            try rig.settle()
            #expect(got == 0)
            #expect(rig.reasons == [.ended, .ended, .ended])
            expect(.notFound) { try ref.send(1) }
            expect(.notFound) { try ref.stop() }
            expect(.notFound) { try ref.poison() }
            expect(.notFound) { try ref.drain() }
        }
    }

    @Test func aPoisonedActorHandlesWhatItHasQueued() throws {
        try withRig { rig in
            var got: [Int] = []
            let ref = try rig.engine.spawn { (message: Int, context) in got.append(message) }
            try ref.send(1)
            try ref.send(2)
            try ref.poison()
            expect(.ending) { try ref.send(3) }
            try ref.poison()
            try rig.settle()
            #expect(got == [1, 2])
            #expect(rig.letters.count == 0)
            expect(.notFound) { try ref.send(4) }
        }
    }

    @Test func aStopOvertakesAPoison() throws {
        try withRig { rig in
            var got = 0
            let ref = try rig.engine.spawn { (message: Int, context) in got += 1 }
            try ref.send(1)
            try ref.poison()
            try ref.stop()
            try rig.settle()
            #expect(got == 0)
            #expect(rig.reasons == [.ended])
        }
    }

    @Test func oneMayStopItselfByItsRef() throws {
        try withRig { rig in
            var got = 0
            let ref = try rig.engine.spawn { (message: Int, context) in
                got += 1
                try context.ref.stop()
            }
            try ref.send(1)
            try ref.send(2)
            try rig.settle()
            #expect(got == 1)
            #expect(rig.reasons == [.ended])
        }
    }

    @Test func aDrainedFamilyHandlesWhatItSendsItself() throws {
        struct Head: Actor {
            enum Message { case work(Int), done(Int) }
            let notes: Notes<String>
            var child: ActorRef<Int>?
            mutating func started(_ context: Context<Message>) throws {
                let head = context.ref
                let notes = self.notes
                child = try context.spawnChild { (message: Int, context) in
                    notes.add("child \(message)")
                    try head.send(.done(message))
                }
            }
            mutating func receive(_ message: Message, _ context: Context<Message>) throws {
                switch message {
                case .work(let number): try child?.send(number)
                case .done(let number): notes.add("done \(number)")
                }
            }
            func ended(_ reason: EndReason, _ context: Context<Message>) { notes.add("\(reason)") }
        }
        let notes = Notes<String>()
        try withRig { rig in
            let head = try rig.engine.spawn { Head(notes: notes) }
            try head.send(.work(1))
            try head.send(.work(2))
            try head.drain()
            expect(.ending) { try head.send(.work(3)) }
            try rig.settle()
            #expect(notes.all == ["child 1", "child 2", "done 1", "done 2", "stopped"])
            #expect(rig.letters.count == 0)
            #expect(try rig.engine.statistics().actors == 0)
        }
    }

    @Test func aDrainOfNoTimeKillsAtOnce() throws {
        let notes = Notes<EndReason>()
        struct Worker: Actor {
            let notes: Notes<EndReason>
            func receive(_ message: Int, _ context: Context<Int>) {}
            func ended(_ reason: EndReason, _ context: Context<Int>) { notes.add(reason) }
        }
        try withRig { rig in
            let ref = try rig.engine.spawn { Worker(notes: notes) }
            try rig.settle()
            try ref.send(1)
            try ref.drain(timeout: .zero)
            try rig.settle()
            #expect(notes.all == [.killed])
            #expect(rig.reasons == [.ended])
        }
    }

    @Test func aDrainOfTheEngineEndsAllAndTheRun() throws {
        try withRig { rig in
            var got: [Int] = []
            let sink = try rig.engine.spawn { (message: Int, context) in got.append(message) }
            let relay = try rig.engine.spawn { (message: Int, context) in try sink.send(message + 1) }
            try relay.send(1)
            try rig.engine.drain()
            expect(.ending) { try rig.engine.spawn { (message: Int, context) in } }
            expect(.ending) { try relay.send(2) }
            try rig.engine.run()
            #expect(got == [2])
            #expect(try rig.engine.statistics().actors == 0)
            // After it the engine is as it was before.
            let next = try rig.engine.spawn { (message: Int, context) in got.append(message) }
            try next.send(7)
            try rig.settle()
            #expect(got == [2, 7])
        }
    }

    @Test func aDrainOfTheEngineThatIsNotDoneInTimeThrows() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: Int, context) in try context.stash() }
            try ref.send(1)
            try rig.settle()
            try rig.engine.drain(timeout: .seconds(1))
            try rig.engine.advance(by: .seconds(2))
            expect(.timeout) { try rig.engine.run() }
            #expect(rig.reasons == [.ended])
        }
    }

    @Test func anActorThatStopsAnotherInItsCallback() throws {
        try withRig { rig in
            var got = 0
            let victim = try rig.engine.spawn { (message: Int, context) in got += 1 }
            let killer = try rig.engine.spawn { (message: Int, context) in
                try victim.send(1)
                try victim.stop()
                expect(.ending) { try victim.send(2) }
            }
            try rig.settle()
            try killer.send(1)
            try rig.settle()
            #expect(got == 0)
            #expect(rig.reasons == [.ended])
        }
    }
}
