import Testing

@testable import BackstageCore

struct EventLaneTests {
    /// Raises and withdraws at random, beside an array.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func eventsWaitInOrderAndOnce(_ seed: UInt64) throws {
        try withEngine { engine in
            var random = Randomness(seed: seed)
            let actor = try engine.spawn()
            let sources = try (0..<12).map { _ in try #require(engine.makeSource(.notice, for: actor)) }
            var model: [Source] = []
            for _ in 0..<2000 {
                let source = sources[random.below(sources.count)]
                if random.below(2) == 0 {
                    engine.raise(source)
                    if !model.contains(source) { model.append(source) }
                } else {
                    engine.withdraw(source)
                    model.removeAll { $0 == source }
                }
                #expect(actor.eventLane == model)
                #expect(actor.lastInLane == model.last)
                #expect(actor.pointee.flags.has(.events) == !model.isEmpty)
            }
        }
    }

    /// What is cancelled while its event waits takes the event with it, and its place in all lists.
    @Test func cancellingWithdraws() throws {
        try withEngine { engine in
            let probe = Probe()
            let actor = try engine.spawn(probe)
            let other = try engine.spawn()
            var timers: [UInt64] = [0, 0, 0]
            for place in 0..<3 {
                #expect(actor.startTimer(after: Int64(place), every: 0, &timers[place]) == .ok)
            }
            #expect(actor.monitor(other.ref) == .ok)
            #expect(actor.ownSources.count == 4)
            engine.pointee.now = 5
            while engine.pointee.timers.count > 0 {
                let source = engine.pointee.timers.first
                engine.pointee.timers.remove(source)
                engine.raise(source)
            }
            #expect(actor.eventLane.map(\.token) == timers)
            #expect(actor.cancelTimer(timers[1]) == .ok)
            #expect(actor.eventLane.map(\.token) == [timers[0], timers[2]])
            #expect(actor.unmonitor(other.ref) == .ok)
            #expect(other.peers == [])
            #expect(actor.ownSources.count == 2)
            engine.runUntilIdle()
            #expect(probe.received.map(\.token) == [timers[0], timers[2]])
            #expect(actor.ownSources == [])
        }
    }

    /// All that waits for an actor goes when it ends, and its places are free again.
    @Test func anEndTakesEverythingAlong() throws {
        try withEngine { engine in
            let target = try engine.spawn()
            let actor = try engine.spawn()
            var token: UInt64 = 0
            for _ in 0..<50 { #expect(actor.startTimer(after: 10, every: 10, &token) == .ok) }
            #expect(actor.monitor(target.ref) == .ok)
            #expect(actor.request(target.ref, nil, 0, timeout: 10, &token) == .ok)
            #expect(target.peers.count == 2)
            #expect(engine.pointee.timers.count == 51)
            #expect(actor.shutdown() == .ok)
            engine.runUntilIdle()
            #expect(!actor.isLiving)
            #expect(target.peers == [])
            #expect(engine.pointee.timers.count == 0)
            #expect(engine.pointee.sources.find(token) == nil)
        }
    }
}
