import CBackstage
import Testing

struct SupervisionStoryTests {
    private func failing() -> Role {
        let role = Role()
        role.onReceive = { _, envelope in envelope.text == "bad" ? -1001 : ok }
        return role
    }

    /// A child that fails starts again, and goes on with what it had queued.
    @Test func aChildIsRestarted() throws {
        let stage = try Stage()
        let (top, child) = (Role(), failing())
        var starts = 0
        child.onStart = { _ in
            starts += 1
            return ok
        }
        top.supervision = backstage_supervision()
        let actor = try stage.spawn(child, under: try stage.spawn(top))
        for text in ["good", "bad", "better"] { stage.send(text, to: actor) }
        #expect(stage.run() == ok)
        #expect(child.texts == ["good", "bad", "better"])
        #expect(child.reasons == [BACKSTAGE_REASON_RESTARTED])
        #expect(starts == 2 && top.seen == [])
        #expect(stage.statistics(of: actor).restarts == 1)
        #expect(stage.statistics.restarts == 1 && stage.statistics.failures == 1)
        #expect(stage.statistics.dead == 1)
    }

    /// A supervisor that decides itself is told who failed, how, and how often before.
    @Test func aSupervisorDecides() throws {
        let stage = try Stage()
        let (top, child) = (Role(), failing())
        top.supervision = backstage_supervision()
        var asked: [(Context, backstage_ref, backstage_status, UInt64)] = []
        let directives = [BACKSTAGE_DIRECTIVE_RESUME, BACKSTAGE_DIRECTIVE_RESTART, BACKSTAGE_DIRECTIVE_STOP]
        top.onFailure = { supervisor, child, status, restarts in
            asked.append((supervisor, child, status, restarts))
            return directives[asked.count - 1]
        }
        let parent = try stage.spawn(top)
        let actor = try stage.spawn(child, under: parent)
        for _ in 0..<3 { stage.send("bad", to: actor) }
        #expect(stage.run() == ok)
        let supervisor = try stage.context(parent)
        #expect(asked.allSatisfy { $0.0 == supervisor && $0.1 == actor && $0.2 == -1001 })
        #expect(asked.map(\.3) == [0, 0, 1])
        #expect(child.reasons == [BACKSTAGE_REASON_RESTARTED, BACKSTAGE_REASON_FAILED])
    }

    /// Nobody above decides: the run returns what the callback did.
    @Test func aFailureEndsTheRun() throws {
        let stage = try Stage()
        let (top, child) = (Role(), failing())
        top.supervision = backstage_supervision()
        top.supervision?.directive = backstage_directive(BACKSTAGE_DIRECTIVE_ESCALATE)
        let actor = try stage.spawn(child, under: try stage.spawn(top))
        stage.send("bad", to: actor)
        #expect(stage.run() == -1001)
        #expect(stage.run() == ok)
        #expect(child.reasons == [BACKSTAGE_REASON_FAILED] && top.reasons == [BACKSTAGE_REASON_FAILED])
        #expect(stage.statistics.actors == 0)
    }

    @Test func optionsOutOfRangeAreRefused() throws {
        let stage = try Stage()
        let top = Role()
        top.supervision = backstage_supervision()
        top.supervision?.jitter_percent = 101
        var ref: backstage_ref = 0
        let status = top.withOptions { backstage_engine_spawn(stage.engine, $0, &ref) }
        #expect(status == backstage_status(BACKSTAGE_INVALID_ARGUMENT) && ref == 0)
    }
}
