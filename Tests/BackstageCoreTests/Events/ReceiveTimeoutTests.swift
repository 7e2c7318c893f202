import CBackstage
import Testing

@testable import BackstageCore

/// When silence is told of.
struct ReceiveTimeoutTests {
    /// When each event came, and when it says that it was due.
    private final class Silence {
        var times: [UInt64] = []
        var dues: [UInt64] = []
    }

    private func listening(_ engine: Engine) -> (Probe, Silence) {
        let (probe, silence) = (Probe(), Silence())
        probe.onReceive = { _, message in
            guard message.pointee.type == MessageType.receiveTimeout else { return .ok }
            silence.times.append(engine.pointee.now)
            silence.dues.append(message.pointee.payload.load(as: backstage_timer_event.self).due_ns)
            return .ok
        }
        return (probe, silence)
    }

    private func pass(_ nanoseconds: Int, _ engine: Engine) {
        for _ in 0..<nanoseconds {
            #expect(engine.advance(by: 1) == .ok)
            engine.runUntilIdle()
        }
    }

    @Test func silenceIsToldOfAgainAndAgain() throws {
        try withEngine { engine in
            let (probe, silence) = listening(engine)
            let actor = try engine.spawn(probe)
            #expect(actor.setReceiveTimeout(10) == .ok)
            pass(35, engine)
            #expect(silence.times == [10, 20, 30] && silence.dues == [10, 20, 30])
            #expect(actor.setReceiveTimeout(0) == .ok)
            pass(35, engine)
            #expect(silence.times.count == 3)
            #expect(actor.ownSources == [] && engine.pointee.timers.count == 0)
        }
    }

    /// A message moves no timer: that looks, when it is due, when one last came.
    @Test func whateverComesPutsItOff() throws {
        try withEngine { engine in
            let (probe, silence) = listening(engine)
            let actor = try engine.spawn(probe)
            #expect(actor.setReceiveTimeout(10) == .ok)
            let deadline = engine.pointee.timers.deadline
            pass(4, engine)
            #expect(engine.send([1], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(engine.pointee.timers.deadline == deadline)
            pass(9, engine)
            #expect(silence.times == [])
            var timer: UInt64 = 0
            #expect(actor.startTimer(after: 0, every: 0, &timer) == .ok)
            engine.runUntilIdle()
            pass(20, engine)
            #expect(silence.times == [23, 33])
        }
    }

    /// Time that goes by while a message waits, or is handled, is no silence.
    @Test func whatWaitsIsNoSilence() throws {
        try withEngine { engine in
            let (probe, silence) = listening(engine)
            let actor = try engine.spawn(probe)
            #expect(actor.setReceiveTimeout(10) == .ok)
            #expect(engine.send([1], to: actor) == .ok)
            #expect(engine.advance(by: 100) == .ok)
            engine.runUntilIdle()
            #expect(silence.times == [] && probe.payloads == [[1]])
            pass(9, engine)
            #expect(silence.times == [])
            pass(1, engine)
            #expect(silence.times == [110])
        }
    }

    @Test func aNewOneBeginsAnew() throws {
        try withEngine { engine in
            let (probe, silence) = listening(engine)
            let actor = try engine.spawn(probe)
            #expect(actor.setReceiveTimeout(10) == .ok)
            #expect(engine.advance(by: 10) == .ok)
            engine.look()
            #expect(actor.eventLane.count == 1)
            #expect(actor.setReceiveTimeout(5) == .ok)
            #expect(actor.eventLane == [] && actor.ownSources.count == 1)
            engine.runUntilIdle()
            pass(6, engine)
            #expect(silence.times == [15])
        }
    }

    /// A restart takes it back, with an event that waits.
    @Test func itEndsWithARestart() throws {
        try withEngine { engine in
            let top = try engine.spawn(supervision: supervision())
            let (probe, silence) = listening(engine)
            let actor = try engine.spawn(probe, parent: top)
            #expect(actor.setReceiveTimeout(10) == .ok)
            #expect(actor.shutdown() == .ok)
            #expect(engine.advance(by: 10) == .ok)
            engine.runUntilIdle()
            #expect(engine.statistics(of: actor).restarts == 1)
            pass(30, engine)
            #expect(silence.times == [] && actor.ownSources == [])
            #expect(!actor.pointee.flags.has(.timed))
        }
    }

    @Test func aNegativeTimeChangesNothing() throws {
        try withEngine { engine in
            let (probe, silence) = listening(engine)
            let actor = try engine.spawn(probe)
            #expect(actor.setReceiveTimeout(10) == .ok)
            #expect(actor.setReceiveTimeout(-1) == .invalidArgument)
            pass(10, engine)
            #expect(silence.times == [10])
        }
    }

    /// What `init` sends to itself is handled in the same turn, and counts as having come.
    @Test func whatStartsItselfIsNotSilent() throws {
        try withEngine { engine in
            let (probe, silence) = listening(engine)
            probe.onStart = { $0.send($0.ref, nil, 0) }
            let actor = try engine.spawn(probe)
            #expect(actor.setReceiveTimeout(10) == .ok)
            #expect(engine.advance(by: 5) == .ok)
            engine.runUntilIdle()
            #expect(silence.times == [])
            pass(10, engine)
            #expect(silence.times == [15])
        }
    }
}
