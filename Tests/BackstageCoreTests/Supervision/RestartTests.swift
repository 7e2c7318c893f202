import CBackstage
import Testing

@testable import BackstageCore

/// Restarts that meet other restarts, and ends.
struct RestartTests {
    /// Fails on a zero.
    private func failing() -> Probe {
        let probe = Probe()
        probe.onReceive = { _, message in message.bytes == [0] ? -1000 : .ok }
        return probe
    }

    /// Somebody born while a group waits to start, and failing meanwhile, joins it.
    @Test func aYoungerChildFailsWhileAGroupWaits() throws {
        try withEngine { engine in
            let top = try engine.spawn(supervision: supervision(BACKSTAGE_REST_FOR_ONE, backoff: 100))
            let (elder, younger) = (failing(), failing())
            let first = try engine.spawn(elder, parent: top)
            #expect(engine.send([0], to: first) == .ok)
            engine.runUntilIdle()
            let second = try engine.spawn(younger, parent: top)
            #expect(engine.send([1], to: first) == .ok)
            #expect(engine.send([0], to: second) == .ok)
            engine.runUntilIdle()
            engine.expectNoFaults()
            #expect(elder.payloads == [[0]])
            #expect(engine.advance(by: 100) == .ok)
            engine.runUntilIdle()
            #expect(elder.payloads == [[0], [1]])
            #expect(engine.statistics.restarts == 2)
        }
    }

    /// A supervisor that wants to restart, and passes a failure on, restarts once.
    @Test func aShutdownWhileDecidingCountsOneRestart() throws {
        try withEngine { engine in
            let decider = Probe()
            decider.onFailure = { supervisor, _, _, _ in
                #expect(supervisor.shutdown() == .ok)
                return BACKSTAGE_DIRECTIVE_ESCALATE
            }
            let top = try engine.spawn(supervision: supervision(restarts: 1))
            let middle = try engine.spawn(decider, parent: top, supervision: supervision())
            let actor = try engine.spawn(failing(), parent: middle)
            #expect(engine.send([0], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(middle.isLiving && top.isLiving && !actor.isLiving)
            #expect(engine.statistics.restarts == 1)
        }
    }

    /// A child's wait is over while its supervisor ends.
    @Test func nobodyStartsUnderASupervisorThatEnds() throws {
        try withEngine { engine in
            let top = try engine.spawn(supervision: supervision(backoff: 100))
            var starts = 0
            let probe = failing()
            probe.onStart = { _ in
                starts += 1
                return .ok
            }
            let actor = try engine.spawn(probe, parent: top)
            try engine.spawn(parent: top)
            #expect(engine.send([0], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(engine.advance(by: 100) == .ok)
            #expect(top.stop(top.ref) == .ok)
            engine.runUntilIdle()
            #expect(starts == 1 && engine.livingActors == [])
        }
    }

    /// One that has not started yet goes down with its group all the same, and without a `deinit`.
    @Test func whoHasNotStartedHasNothingToUndo() throws {
        try withEngine { engine in
            let top = try engine.spawn(supervision: supervision(BACKSTAGE_ONE_FOR_ALL, backoff: 100))
            let first = try engine.spawn(failing(), parent: top)
            engine.runUntilIdle()
            let probe = Probe()
            var starts = 0
            probe.onStart = { _ in
                starts += 1
                return .ok
            }
            #expect(engine.send([0], to: first) == .ok)
            let second = try engine.spawn(probe, parent: top)
            engine.runUntilIdle()
            #expect(starts == 0 && probe.reasons == [])
            #expect(engine.advance(by: 100) == .ok)
            engine.runUntilIdle()
            #expect(starts == 1 && probe.reasons == [])
            #expect(engine.statistics(of: second).restarts == 1)
        }
    }
}
