import Backstage
import Testing

/// Monitors whom it is told to.
private struct Watchman: Actor {
    enum Message {
        case watch(AnyActorRef, String), unwatch(AnyActorRef), ended(String, Termination)
    }
    let notes: Notes<String>

    func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .watch(let ref, let label): try context.monitor(ref) { .ended(label, $0) }
        case .unwatch(let ref): try context.unmonitor(ref)
        case .ended(let label, let termination): notes.add("\(label) \(termination.reason)")
        }
    }
}

@Suite struct MonitorsTests {
    let notes = Notes<String>()

    private func withWatchman(_ body: (Rig, ActorRef<Watchman.Message>) throws -> Void) throws {
        try withRig { rig in
            let notes = self.notes
            let watchman = try rig.engine.spawn { Watchman(notes: notes) }
            try body(rig, watchman)
        }
    }

    @Test func eachEndIsToldOnceWithItsReason() throws {
        try withWatchman { rig, watchman in
            let refs = try (0..<4).map { _ in
                try rig.engine.spawn { (message: Int, context) in
                    if message == 0 { return try context.shutdown() }
                    throw Oops()
                }
            }
            for (index, ref) in refs.enumerated() { try watchman.send(.watch(ref.erased, "\(index)")) }
            try rig.settle()
            try refs[0].send(0)
            try rig.settle()
            try refs[1].send(1)
            try rig.settle()
            try refs[2].stop()
            try rig.settle()
            try refs[3].poison()
            try rig.settle()
            #expect(notes.all == ["0 normal", "1 failed", "2 stopped", "3 stopped"])
        }
    }

    @Test func oneThatHasEndedIsToldAtOnce() throws {
        try withWatchman { rig, watchman in
            let ref = try rig.engine.spawn { (message: Int, context) in }
            try ref.stop()
            try rig.settle()
            try watchman.send(.watch(ref.erased, "gone"))
            try rig.settle()
            #expect(notes.all == ["gone notFound"])
        }
    }

    @Test func toMonitorAgainIsNoErrorAndTheNewClosureIsCalled() throws {
        try withWatchman { rig, watchman in
            let ref = try rig.engine.spawn { (message: Int, context) in }
            try watchman.send(.watch(ref.erased, "first"))
            try watchman.send(.watch(ref.erased, "second"))
            try rig.settle()
            try ref.stop()
            try rig.settle()
            #expect(notes.all == ["second stopped"])
            #expect(rig.lines.count == 0)
        }
    }

    @Test func unmonitorTakesItBack() throws {
        try withWatchman { rig, watchman in
            let ref = try rig.engine.spawn { (message: Int, context) in }
            try watchman.send(.watch(ref.erased, "never"))
            try watchman.send(.unwatch(ref.erased))
            try rig.settle()
            try ref.stop()
            try rig.settle()
            #expect(notes.all.isEmpty)
        }
    }

    @Test func unmonitorWithdrawsAnEndNotYetHandled() throws {
        try withRig { rig in
            var got: [String] = []
            let ref = try rig.engine.spawn { (message: Int, context) in }
            let watchman = try rig.engine.spawn { (message: String, context) in
                switch message {
                case "watch": try context.monitor(ref) { "ended \($0.reason)" }
                case "again":
                    // Ended already: the event waits by now.
                    try context.monitor(ref) { "ended \($0.reason)" }
                    try context.unmonitor(ref)
                default: got.append(message)
                }
            }
            try ref.stop()
            try rig.settle()
            try watchman.send("again")
            try rig.settle()
            #expect(got.isEmpty)
        }
    }

    @Test func whatIsRefused() throws {
        try withRig { rig in
            try withRig { other in
                let stranger = try other.engine.spawn { (message: Int, context) in }
                let ref = try rig.engine.spawn { (message: Int, context) in }
                let watchman = try rig.engine.spawn { (message: String, context) in
                    expect(.invalidArgument) { try context.monitor(context.ref) { _ in "" } }
                    expect(.otherEngine) { try context.monitor(stranger) { _ in "" } }
                    expect(.notMonitored) { try context.unmonitor(ref) }
                    notes.add("done")
                }
                try watchman.send("go")
                try rig.settle()
            }
        }
        #expect(notes.all == ["done"])
    }

    @Test func aRestartIsNoEndAndKeepsTheMonitor() throws {
        struct Top: Actor {
            func started(_ context: Context<Int>) throws {
                try context.spawnChild("child") { (message: Int, context) in throw Oops() }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
        }
        try withWatchman { rig, watchman in
            try rig.engine.spawn(options: ActorOptions(supervision: Supervision())) { Top() }
            try rig.settle()
            let child = try rig.engine.find("child", as: Int.self)
            try watchman.send(.watch(child.erased, "child"))
            try rig.settle()
            try child.send(1)
            try rig.settle()
            #expect(notes.all.isEmpty)
            #expect(try rig.engine.statistics().restarts == 1)
            try child.stop()
            try rig.settle()
            #expect(notes.all == ["child stopped"])
        }
    }

    @Test func oneStoppedWithItsParentTellsTheOrigin() throws {
        try withRig { rig in
            var ends: [Termination] = []
            var child: ActorRef<Int>?
            let parent = try rig.engine.spawn { (message: Int, context) in
                if message == 0 { throw BackstageError.status(-1234) }
                child = try context.spawnChild { (message: Int, context) in }
            }
            try parent.send(1)
            try rig.settle()
            let watched = try #require(child)
            let watchman = try rig.engine.spawn { (message: Termination?, context) in
                if let message { return ends.append(message) }
                try context.monitor(watched) { $0 }
            }
            try watchman.send(nil)
            try rig.settle()
            try parent.send(0)
            try rig.settle()
            let end = try #require(ends.first)
            #expect(end.actor == watched.erased)
            #expect(end.reason == .stopped)
            #expect(end.status == -1234)
            #expect(end.origin == parent.erased)
            #expect(end.originReason == .failed)
        }
    }

    @Test func twoMayMonitorEachOther() throws {
        try withRig { rig in
            var got: [String] = []
            func receive(_ message: AnyActorRef?, _ context: Context<AnyActorRef?>) throws {
                if let message {
                    try context.monitor(message) { _ in nil }
                } else {
                    got.append(context.id ?? "")
                }
            }
            let one = try rig.engine.spawn("one", receive)
            let two = try rig.engine.spawn("two", receive)
            try one.send(two.erased)
            try two.send(one.erased)
            try rig.settle()
            try one.stop()
            try two.stop()
            try rig.settle()
            #expect(got.count <= 1)
            #expect(try rig.engine.statistics().actors == 0)
        }
    }
}
