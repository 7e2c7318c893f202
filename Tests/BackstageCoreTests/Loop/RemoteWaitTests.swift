import CBackstage
import Testing

@testable import BackstageCore

/// What comes from other threads and meets a full inbox waits for its actor's next turn; but not for one
/// that has none to come.
struct RemoteWaitTests {
    private func sendFromElsewhere(_ engine: Engine, _ actor: Actor, _ count: Int) {
        engine.observe {
            for _ in 0..<count { #expect(engine.sendFromOutside(actor.ref, "x", 1) == .ok) }
        }
    }

    @Test func aTurnMakesRoomForWhatWaits() throws {
        try withEngine { engine in
            let probe = Probe()
            let actor = try engine.spawn(probe) { $0.capacity = 1 }
            sendFromElsewhere(engine, actor, 5)
            engine.runUntilIdle()
            #expect(probe.received.count == 5)
            #expect(engine.statistics.dead == 0)
        }
    }

    @Test func nothingWaitsForAFullStash() throws {
        try withEngine { engine in
            let probe = Probe()
            probe.onReceive = { $0.stash($1) }
            let actor = try engine.spawn(probe) { $0.capacity = 1 }
            #expect(engine.send([1], to: actor) == .ok)
            engine.runUntilIdle()
            sendFromElsewhere(engine, actor, 1)
            engine.runUntilIdle()
            #expect(engine.statistics.dead == 1)
            #expect(actor.aside.map(\.bytes) == [[1]])
        }
    }

    @Test func nothingWaitsForARestart() throws {
        try withEngine { engine in
            let top = try engine.spawn(supervision: supervision(backoff: 100))
            let probe = Probe()
            probe.onReceive = { _, message in message.bytes == [0] ? -1000 : .ok }
            let actor = try engine.spawn(probe, parent: top) { $0.capacity = 1 }
            #expect(engine.send([0], to: actor) == .ok)
            engine.runUntilIdle()
            sendFromElsewhere(engine, actor, 2)
            engine.runUntilIdle()
            // The message that failed, and one that found no room.
            #expect(engine.statistics.dead == 2)
            #expect(engine.advance(by: 100) == .ok)
            engine.runUntilIdle()
            #expect(probe.payloads == [[0], [120]])
        }
    }
}
