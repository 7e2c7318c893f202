import CBackstage
import Testing

@testable import BackstageCore

/// What a callback leaves open, as it looks from inside; the inspector sees to the rest.
struct PendingTests {
    private func leavingOpen() -> Probe {
        let probe = Probe()
        probe.onReceive = { _, _ in .pending }
        return probe
    }

    /// Ready, on no list, with the message at the head of its ring.
    @Test func whoPendsIsOnNoList() throws {
        try withEngine { engine in
            let actor = try engine.spawn(leavingOpen())
            for number in [1, 2] { #expect(engine.send([UInt8(number)], to: actor) == .ok) }
            engine.runUntilIdle()
            #expect(actor.pointee.flags.has(.ready) && actor.pointee.flags.has(.suspended))
            #expect(engine.readyActors == [])
            #expect(actor.pending == .message && actor.hand == 1 && actor.waiting == 1)
            #expect(actor.queue.map(\.bytes) == [[1], [2]])
            engine.expectNoFaults()
            #expect(actor.finish(.ok) == .ok)
            #expect(engine.readyActors == [actor] && !actor.pointee.flags.has(.suspended))
            #expect(actor.pending == .message)
            engine.expectNoFaults()
            engine.runUntilIdle()
            #expect(actor.queue.map(\.bytes) == [[2]])
            engine.expectNoFaults()
        }
    }

    /// Nothing stays of it once it is over.
    @Test(arguments: [Status.ok, -1000])
    func nothingStaysOfIt(_ status: Status) throws {
        try withEngine { engine in
            let top = try engine.spawn(supervision: supervision())
            let probe = leavingOpen()
            let actor = try engine.spawn(probe, parent: top)
            #expect(engine.send([1], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(actor.finish(status) == .ok)
            engine.runUntilIdle()
            engine.rest()
            #expect(!actor.isPending && actor.life?.pointee.unfinished.status == nil)
            #expect(actor.used == 0 && actor.pointee.ring == nil)
            #expect(!actor.pointee.flags.has(.ready))
            #expect(probe.reasons == (status == .ok ? [] : [Reason.restarted]))
        }
    }

    /// An event pends while nothing is queued: the ring goes back to the pool all the same.
    @Test func anEventThatPendsKeepsNoRing() throws {
        try withEngine { engine in
            let actor = try engine.spawn(leavingOpen())
            #expect(engine.send([1], to: actor) == .ok)
            engine.runUntilIdle()
            #expect("nobody".withCString { actor.monitor(id: $0, nil) } == .ok)
            #expect(actor.finish(.ok) == .ok)
            engine.runUntilIdle()
            engine.rest()
            #expect(actor.pending == .event && actor.pointee.ring == nil)
            engine.expectNoFaults()
            #expect(actor.finish(.ok) == .ok)
            engine.runUntilIdle()
            #expect(!actor.isPending)
        }
    }

    /// The ring that the callback read from is not kept for what pends.
    @Test func aRingOutgrownGoesBack() throws {
        try withEngine { engine in
            let probe = Probe()
            probe.onReceive = { actor, message in
                if message.bytes != [0] { return .ok }
                for number in 1...20 { #expect(engine.send([UInt8(number)], to: actor) == .ok) }
                return .pending
            }
            let actor = try engine.spawn(probe)
            #expect(engine.send([0], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(engine.pointee.retiredRing == nil && actor.used == 21)
            for number in 21...200 { #expect(engine.send([UInt8(number)], to: actor) == .ok) }
            #expect(engine.pointee.retiredRing == nil)
            engine.expectNoFaults()
            #expect(actor.finish(.ok) == .ok)
            engine.runUntilIdle()
            #expect(probe.payloads == (0...200).map { [UInt8($0)] })
        }
    }

    /// It needs a record of its life; without one, the message has failed.
    @Test func withoutMemoryNothingIsLeftOpen() throws {
        try withEngine { engine in
            let top = try engine.spawn(supervision: supervision())
            // All that is left of the memory that records are cut from.
            var hoard: [Actor] = []
            let probe = Probe()
            probe.onReceive = { _, _ in .pending }
            let actor = try engine.spawn(probe, parent: top)
            #expect(engine.send([1], to: actor) == .ok)
            while hoard.count < 4000 {
                let other = try engine.spawn()
                hoard.append(other)
                var made = true
                engine.withoutMemory { made = other.makeLife() != nil }
                if !made { break }
            }
            engine.withoutMemory { engine.runEachReady() }
            #expect(engine.statistics.failures == 1 && engine.statistics.dead == 1)
            #expect(!actor.isLiving || !actor.isPending)
            engine.expectNoFaults()
        }
    }

    /// What took long came before it was finished, not before it began.
    @Test func aReceiveTimeoutBeginsWhenItIsFinished() throws {
        try withEngine { engine in
            let actor = try engine.spawn(leavingOpen())
            #expect(actor.setReceiveTimeout(10) == .ok)
            #expect(engine.send([1], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(engine.advance(by: 100) == .ok)
            engine.runUntilIdle()
            #expect(actor.eventLane == [])
            #expect(actor.finish(.ok) == .ok)
            engine.runUntilIdle()
            #expect(actor.life?.pointee.lastCame == 100)
        }
    }

    /// The descriptor's event is not raised again before it is finished; then libev looks again.
    @Test func aTokenOfAnotherSourceIsNotRearmed() throws {
        try withEngine { engine in
            let actor = try engine.spawn(leavingOpen())
            var timer: UInt64 = 0
            #expect(actor.startTimer(after: 0, every: 0, &timer) == .ok)
            engine.runUntilIdle()
            #expect(actor.life?.pointee.unfinished.source == timer)
            // The place of the one-shot timer is another's by now.
            var other: UInt64 = 0
            #expect(actor.startTimer(after: 50, every: 0, &other) == .ok)
            #expect(other != timer && UInt32(truncatingIfNeeded: other) == UInt32(truncatingIfNeeded: timer))
            #expect(actor.finish(.ok) == .ok)
            engine.runUntilIdle()
            engine.rest()
            #expect(!actor.isPending && engine.pointee.timers.count == 1)
        }
    }
}
