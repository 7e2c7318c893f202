import Backstage
import Testing

/// Fails when it is told to; notes its starts, messages and ends under its name.
private struct Worker: Actor {
    enum Message { case say(String), fail(any Error), quit }
    let name: String
    let notes: Notes<String>

    func started(_ context: Context<Message>) { notes.add("\(name) started") }
    func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .say(let text): notes.add("\(name): \(text)")
        case .fail(let error): throw error
        case .quit: try context.shutdown()
        }
    }
    func ended(_ reason: EndReason, _ context: Context<Message>) { notes.add("\(name) \(reason)") }
}

/// Has workers a, b and c.
private struct Team: Actor {
    enum Message { case say(String) }
    let notes: Notes<String>
    var restart = ActorOptions.Restart.permanent

    func started(_ context: Context<Message>) throws {
        notes.add("team started")
        for name in ["a", "b", "c"] {
            let notes = self.notes
            try context.spawnChild(name, options: ActorOptions(restart: restart)) {
                Worker(name: name, notes: notes)
            }
        }
    }
    func receive(_ message: Message, _ context: Context<Message>) throws {
        if case .say(let text) = message { notes.add("team: \(text)") }
    }
    func ended(_ reason: EndReason, _ context: Context<Message>) { notes.add("team \(reason)") }
}

@Suite struct SupervisionTests {
    let notes = Notes<String>()

    private struct Stage {
        let rig: Rig
        let team: ActorRef<Team.Message>
        func worker(_ name: String) throws -> ActorRef<Worker.Message> {
            try rig.engine.find(name, as: Worker.Message.self)
        }
    }

    private func withTeam(
        _ supervision: Supervision?, restart: ActorOptions.Restart = .permanent,
        _ body: (Stage) throws -> Void
    ) throws {
        let notes = self.notes
        try withRig { rig in
            let team = try rig.engine.spawn(options: ActorOptions(supervision: supervision)) {
                Team(notes: notes, restart: restart)
            }
            try rig.settle()
            #expect(notes.all == ["team started", "a started", "b started", "c started"])
            notes.clear()
            try body(Stage(rig: rig, team: team))
        }
    }

    @Test func withoutSupervisionAFailedChildEnds() throws {
        try withTeam(nil) { stage in
            try stage.worker("b").send(.fail(Oops()))
            try stage.rig.settle()
            #expect(notes.all == ["b failed"])
        }
    }

    @Test func oneForOneRestartsItAlone() throws {
        try withTeam(Supervision(.oneForOne)) { stage in
            try stage.worker("b").send(.fail(Oops()))
            try stage.worker("b").send(.say("again"))
            try stage.rig.settle()
            #expect(notes.all == ["b restarted", "b started", "b: again"])
        }
    }

    @Test func oneForAllRestartsAll() throws {
        try withTeam(Supervision(.oneForAll)) { stage in
            try stage.worker("b").send(.fail(Oops()))
            try stage.rig.settle()
            #expect(
                notes.all == [
                    "c restarted", "b restarted", "a restarted", "a started", "b started", "c started",
                ])
            #expect(stage.rig.reasons == [.failed])
        }
    }

    @Test func restForOneRestartsThoseBornAfter() throws {
        try withTeam(Supervision(.restForOne)) { stage in
            try stage.worker("b").send(.fail(Oops()))
            try stage.rig.settle()
            #expect(notes.all == ["c restarted", "b restarted", "b started", "c started"])
        }
    }

    @Test(arguments: [Supervision.Strategy.oneForOne, .oneForAll, .restForOne])
    func resumeGoesOnWithTheNextMessage(_ strategy: Supervision.Strategy) throws {
        try withTeam(Supervision(strategy, onFailure: .resume)) { stage in
            try stage.worker("b").send(.fail(Oops()))
            try stage.worker("b").send(.say("on"))
            try stage.rig.settle()
            #expect(notes.all == ["b: on"])
            #expect(stage.rig.reasons == [.failed])
            #expect(try stage.rig.engine.statistics().restarts == 0)
        }
    }

    @Test(arguments: [Supervision.Strategy.oneForOne, .oneForAll, .restForOne])
    func stopEndsIt(_ strategy: Supervision.Strategy) throws {
        try withTeam(Supervision(strategy, onFailure: .stop)) { stage in
            try stage.worker("b").send(.fail(Oops()))
            try stage.worker("b").send(.say("lost"))
            try stage.rig.settle()
            #expect(notes.all == ["b failed"])
            #expect(stage.rig.reasons == [.failed, .ended])
        }
    }

    @Test func permanentTransientAndTemporaryThatShutThemselvesDown() throws {
        let expected: [ActorOptions.Restart: [String]] = [
            .permanent: ["a restarted", "a started"], .transient: ["a normal"], .temporary: ["a normal"],
        ]
        for (restart, expected) in expected {
            notes.clear()
            try withTeam(Supervision(), restart: restart) { stage in
                try stage.worker("a").send(.quit)
                try stage.rig.settle()
                #expect(notes.all == expected)
            }
        }
    }

    @Test func permanentTransientAndTemporaryThatFail() throws {
        let expected: [ActorOptions.Restart: [String]] = [
            .permanent: ["a restarted", "a started"], .transient: ["a restarted", "a started"],
            .temporary: ["a failed"],
        ]
        for (restart, expected) in expected {
            notes.clear()
            try withTeam(Supervision(), restart: restart) { stage in
                try stage.worker("a").send(.fail(Oops()))
                try stage.rig.settle()
                #expect(notes.all == expected)
            }
        }
    }

    @Test func aChildStoppedOrPoisonedEndsForGood() throws {
        try withTeam(Supervision()) { stage in
            try stage.worker("a").stop()
            try stage.worker("b").poison()
            try stage.rig.settle()
            #expect(notes.all.sorted() == ["a stopped", "b stopped"])
        }
    }

    @Test func aRestartedParentMakesItsChildrenAnew() throws {
        struct Top: Actor {
            let notes: Notes<String>
            func started(_ context: Context<Int>) throws {
                let notes = self.notes
                let options = ActorOptions(supervision: Supervision(onFailure: .escalate))
                try context.spawnChild("team", options: options) { Team(notes: notes) }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
        }
        try withRig { rig in
            let notes = self.notes
            try rig.engine.spawn(options: ActorOptions(supervision: Supervision())) { Top(notes: notes) }
            try rig.settle()
            notes.clear()
            let before = try rig.engine.find("b", as: Worker.Message.self)
            let team = try rig.engine.find("team", as: Team.Message.self)
            try before.send(.fail(Oops()))
            try team.send(.say("waiting"))
            try rig.settle()
            #expect(try rig.engine.find("team", as: Team.Message.self) == team)
            #expect(try rig.engine.find("b", as: Worker.Message.self) != before)
            #expect(
                notes.all.filter { $0.hasPrefix("team") }.first == "team: waiting"
                    || notes.all.contains("team restarted"))
            #expect(notes.all.contains("team restarted"))
            #expect(notes.all.suffix(3).filter { $0.hasSuffix("started") }.count >= 2)
            expect(.notFound) { try before.send(.say("")) }
        }
    }

    @Test func moreRestartsThanAllowedMakeTheSupervisorGiveUp() throws {
        let notes = self.notes
        let rig = try Rig(EngineOptions(clock: .virtual))
        let supervision = Supervision(restarts: 2, within: .seconds(10))
        let team = try rig.engine.spawn(options: ActorOptions(supervision: supervision)) {
            Team(notes: notes)
        }
        try rig.settle()
        let worker = try rig.engine.find("a", as: Worker.Message.self)
        for _ in 0..<2 {
            try worker.send(.fail(Oops()))
            try rig.settle()
        }
        // Two of them grow too old to count.
        try rig.advance(.seconds(11))
        for _ in 0..<2 {
            try worker.send(.fail(Oops()))
            try rig.settle()
        }
        #expect(try rig.engine.statistics(of: worker).restarts == 4)
        try worker.send(.fail(Oops("the last straw")))
        expect(.failed) { try rig.settle() }
        #expect(rig.engine.lastFailure as? Oops == Oops("the last straw"))
        try rig.settle()
        expect(.notFound) { try team.send(.say("")) }
        #expect(notes.all.last == "team failed")
        try rig.engine.close()
    }

    @Test func aStatusOfOnesOwnIsTheRunsError() throws {
        let rig = try Rig(EngineOptions(clock: .virtual))
        let notes = self.notes
        let options = ActorOptions(supervision: Supervision(onFailure: .escalate))
        try rig.engine.spawn(options: options) { Team(notes: notes) }
        try rig.settle()
        try rig.engine.find("a", as: Worker.Message.self).send(.fail(BackstageError.status(-1234)))
        expect(.status(-1234)) { try rig.settle() }
        #expect(rig.engine.lastFailure as? BackstageError == .status(-1234))
        try rig.engine.close()
    }

    @Test func theRunsErrorIsWhatEscalatedThoughOthersFailMeanwhile() throws {
        struct Clumsy: Actor {
            func started(_ context: Context<Int>) throws {
                try context.spawnChild("child") { (message: Int, context) in throw Oops("the cause") }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
            func ended(_ reason: EndReason, _ context: Context<Int>) throws { throw Oops("while ending") }
        }
        let rig = try Rig(EngineOptions(clock: .virtual))
        try rig.engine.spawn(options: ActorOptions(supervision: Supervision(onFailure: .escalate))) {
            Clumsy()
        }
        try rig.settle()
        try rig.engine.find("child", as: Int.self).send(1)
        expect(.failed) { try rig.settle() }
        #expect(rig.engine.lastFailure as? Oops == Oops("the cause"))
        try rig.engine.close()
    }
}
