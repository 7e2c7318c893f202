import CBackstage
import Testing

@testable import BackstageCore

/// A publication to many is promised to those who are idle, and given to each in its turn.
struct RoundTests {
    private let long = [UInt8](repeating: 7, count: 100)

    /// A publisher, and subscribers that note what they get.
    private func withSubscribers(
        _ count: Int, capacity: UInt32 = 0, overflow: Int = 0,
        _ body: (Engine, Actor, [Actor], [Probe]) throws -> Void
    ) throws {
        try withEngine { engine in
            let publisher = try engine.spawn(Probe(), id: "p")
            let probes = (0..<count).map { _ in Probe() }
            let actors = try probes.map { probe in
                let actor = try engine.spawn(probe) {
                    $0.capacity = capacity
                    $0.overflow = UInt32(overflow)
                }
                #expect("p".withCString { actor.subscribe($0, .main) } == .ok)
                return actor
            }
            try body(engine, publisher, actors, probes)
            engine.runUntilIdle()
            engine.expectNoFaults()
            #expect(engine.statistics.queued == 0)
        }
    }

    private func publish(_ bytes: [UInt8], as publisher: Actor) -> UInt32 {
        var receivers: UInt32 = 0
        let status = publisher.pointee.engine.publish(
            as: publisher, .main, .bytes(bytes, bytes.count), &receivers)
        #expect(status == .ok)
        return receivers
    }

    @Test(arguments: [1, 2, 5, 1000], [0, 16, 32, 33, 100])
    func everySubscriberGetsItOnce(_ count: Int, _ size: Int) throws {
        try withSubscribers(count) { engine, publisher, actors, probes in
            for number in 0..<3 as Range<UInt8> {
                #expect(publish([UInt8](repeating: number, count: size), as: publisher) == count)
                if count > 1 && number == 0 { #expect(engine.rounds.count == 1) }
                engine.expectNoFaults()
            }
            engine.runUntilIdle()
            let all = (0..<3).map { [UInt8](repeating: $0, count: size) }
            #expect(probes.allSatisfy { $0.payloads == all })
            #expect(actors.allSatisfy { engine.statistics(of: $0).handled == 3 })
        }
    }

    /// What is sent after a publication comes after it, wherever it finds room.
    @Test(arguments: [1, 2, 3, 100])
    func whatIsSentLaterComesLater(_ later: Int) throws {
        try withSubscribers(4) { engine, publisher, actors, probes in
            #expect(engine.send([1], to: actors[0]) == .ok)
            #expect(publish([2], as: publisher) == 4)
            for number in 0..<later { #expect(engine.send([3, UInt8(number)], to: actors[1]) == .ok) }
            #expect(publish([4], as: publisher) == 4)
            engine.expectNoFaults()
            engine.runUntilIdle()
            #expect(probes[0].payloads == [[1], [2], [4]])
            #expect(probes[1].payloads == [[2]] + (0..<later).map { [3, UInt8($0)] } + [[4]])
            #expect(probes[2].payloads == [[2], [4]])
        }
    }

    /// A promise needs no ring: one that rests is given back all the same.
    @Test func ringsThatRestAreGivenBackMeanwhile() throws {
        try withSubscribers(3) { engine, publisher, actors, probes in
            for actor in actors { #expect(engine.send([1], to: actor) == .ok) }
            engine.runUntilIdle()
            #expect(actors.allSatisfy { $0.pointee.ring != nil })
            #expect(publish([2], as: publisher) == 3)
            engine.detachRestingRings()
            #expect(actors.allSatisfy { $0.pointee.ring == nil && $0.used == 1 })
            engine.expectNoFaults()
            #expect(engine.send([3], to: actors[0]) == .ok)
            engine.runUntilIdle()
            #expect(probes.map(\.payloads) == [[[1], [2], [3]], [[1], [2]], [[1], [2]]])
        }
    }

    /// A promise takes room as any message does.
    @Test func aPromiseTakesRoom() throws {
        try withSubscribers(3, capacity: 1) { engine, publisher, actors, probes in
            #expect(publish([1], as: publisher) == 3)
            #expect(engine.statistics(of: actors[0]).queued == 1)
            #expect(engine.send([2], to: actors[0]) == .inboxFull)
            #expect(publish([3], as: publisher) == 0)
            engine.runUntilIdle()
            #expect(probes.allSatisfy { $0.payloads == [[1]] })
            #expect(engine.statistics.dead == 3)
        }
    }

    @Test func theOldestIsDroppedThoughNobodyHasWrittenIt() throws {
        try withSubscribers(3, capacity: 1, overflow: BACKSTAGE_OVERFLOW_DROP_OLDEST) {
            engine, publisher, actors, probes in
            #expect(publish([1], as: publisher) == 3)
            #expect(engine.send([2], to: actors[1]) == .ok)
            engine.expectNoFaults()
            engine.runUntilIdle()
            #expect(probes.map(\.payloads) == [[[1]], [[2]], [[1]]])
            #expect(engine.statistics.dead == 1)
        }
    }

    /// Whoever ends before its turn leaves a dead letter, the others their turns.
    @Test(arguments: [Reason.stopped, Reason.normal, Reason.killed])
    func whoEndsLeavesADeadLetter(_ reason: backstage_reason) throws {
        try withSubscribers(4) { engine, publisher, actors, probes in
            #expect(publish(long, as: publisher) == 4)
            #expect(engine.send([2], to: actors[1]) == .ok)
            if reason == Reason.normal {
                #expect(actors[1].shutdown() == .ok)
            } else {
                #expect(publisher.stop(actors[1].ref) == .ok)
            }
            engine.expectNoFaults()
            engine.runUntilIdle()
            #expect(probes[1].payloads.isEmpty)
            #expect(engine.statistics.dead == 2)
            for place in [0, 2, 3] { #expect(probes[place].payloads == [long]) }
        }
    }

    /// A poisoned actor handles what came before.
    @Test func aPoisonedOneHandlesItFirst() throws {
        try withSubscribers(3) { engine, publisher, actors, probes in
            #expect(publish([1], as: publisher) == 3)
            #expect(publisher.poison(actors[0].ref) == .ok)
            engine.runUntilIdle()
            #expect(probes[0].payloads == [[1]])
            #expect(probes[0].reasons == [Reason.stopped])
        }
    }

    @Test func whoUnsubscribesStillGetsWhatWasPublished() throws {
        try withSubscribers(5) { engine, publisher, actors, probes in
            #expect(publish([1], as: publisher) == 5)
            #expect("p".withCString { actors[0].unsubscribe($0, .main) } == .ok)
            engine.expectNoFaults()
            // In a turn of the round: the last subscriber takes a place that was passed.
            probes[1].onReceive = { actor, _ in "p".withCString { actor.unsubscribe($0, .main) } }
            engine.runUntilIdle()
            #expect(probes.allSatisfy { $0.payloads == [[1]] })
            #expect(publish([2], as: publisher) == 3)
        }
    }

    /// Failures, stashes, yields and what is left open are as for any message.
    @Test func whatACallbackSaysIsHeard() throws {
        try withSubscribers(6) { engine, publisher, actors, probes in
            probes[0].onReceive = { _, _ in -1000 }
            probes[1].onReceive = { _, _ in .yield }
            probes[2].onReceive = { _, _ in .pending }
            probes[3].onReceive = { actor, message in
                #expect(actor.stash(message) == .ok)
                #expect(actor.stash(message) == .exists)
                return .ok
            }
            probes[4].onReceive = { actor, message in
                if message.bytes != long { return .ok }
                for number in 0..<5 as Range<UInt8> { #expect(actor.send(actor.ref, [9, number], 2) == .ok) }
                return .ok
            }
            #expect(publish(long, as: publisher) == 6)
            engine.runUntilIdle()
            engine.expectNoFaults()
            #expect(engine.statistics.dead == 1 && engine.statistics.failures == 1)
            #expect(!actors[0].isLiving)
            #expect(actors[2].isPending && actors[2].used == 1)
            #expect(actors[2].finish(.ok) == .ok)
            #expect(actors[3].stashed == 1)
            probes[3].onReceive = { _, _ in .ok }
            var back: UInt32 = 0
            #expect(actors[3].unstash(&back) == .ok && back == 1)
            engine.runUntilIdle()
            #expect(probes[3].payloads == [long, long])
            #expect(probes[4].payloads == [long] + (0..<5).map { [9, $0] })
            #expect(probes[5].payloads == [long])
        }
    }

    /// Those who have more to do than take messages have turns of their own.
    @Test func whoHasMoreToDoGetsACopy() throws {
        try withSubscribers(4) { engine, publisher, actors, probes in
            #expect(publish([1], as: publisher) == 4)
            #expect("nobody".withCString { actors[2].monitor(id: $0, nil) } == .ok)
            engine.runUntilIdle()
            #expect(probes[2].received.map(\.type) == [MessageType.terminated, MessageType.publish])
        }
    }

    /// A stop ends the run between two turns; the next run goes on there.
    @Test func aStopComesBetweenTurns() throws {
        try withSubscribers(100) { engine, publisher, _, probes in
            probes[10].onReceive = { actor, _ in
                actor.pointee.engine.requestStop()
                return .ok
            }
            #expect(publish([1], as: publisher) == 100)
            engine.runUntilIdle()
            engine.expectNoFaults()
            #expect(probes.count { $0.payloads.count == 1 } == 11)
            engine.runUntilIdle()
            #expect(probes.allSatisfy { $0.payloads.count == 1 })
        }
    }

    /// One turn each, however many there are.
    @Test func onceRoundIsATurnForEach() throws {
        try withSubscribers(1000) { engine, publisher, actors, probes in
            #expect(publish([1], as: publisher) == 1000)
            #expect(engine.send([2], to: actors[999]) == .ok)
            engine.runEachReady()
            #expect(probes.allSatisfy { $0.payloads.first == [1] })
            engine.runUntilIdle()
            #expect(probes[999].payloads == [[1], [2]])
        }
    }

    @Test func anEngineThatEndsMakesDeadLettersOfPromises() throws {
        let probes = (0..<5).map { _ in Probe() }
        try withEngine { engine in
            let publisher = try engine.spawn(Probe(), id: "p")
            for probe in probes {
                let actor = try engine.spawn(probe)
                #expect("p".withCString { actor.subscribe($0, .main) } == .ok)
            }
            #expect(publish(long, as: publisher) == 5)
        }
        #expect(probes.allSatisfy { $0.payloads.isEmpty && $0.reasons == [Reason.engineEnded] })
    }

    @Test func whatIsPublishedByALastWordThenIsADeadLetter() throws {
        try withEngine { engine in
            let probe = Probe()
            probe.onEnd = { actor in
                var receivers: UInt32 = 0
                let status = actor.pointee.engine.publish(as: actor, .main, .bytes(long, 100), &receivers)
                #expect(status == .ok && receivers == 3)
            }
            for _ in 0..<3 {
                let actor = try engine.spawn()
                #expect(actor.subscribe(to: "p") == .ok)
            }
            _ = try engine.spawn(probe, id: "p")
        }
    }

    /// Without memory nothing is lost: it is handled, or a dead letter.
    @Test func withoutMemoryNothingIsLost() throws {
        try withSubscribers(20) { engine, publisher, actors, probes in
            probes[3].onReceive = { actor, message in
                _ = actor.stash(message)
                return .ok
            }
            probes[4].onReceive = { _, _ in .pending }
            probes[5].onReceive = { _, _ in -1000 }
            probes[7].onReceive = { actor, message in
                if message.bytes != [9] { _ = actor.send(actor.ref, [9], 1) }
                return .yield
            }
            var receivers: UInt32 = 0
            engine.withoutMemory { receivers = publish([1], as: publisher) }
            #expect(publish([2], as: publisher) >= receivers)
            engine.withoutMemory {
                #expect(publisher.stop(actors[6].ref) == .ok)
                #expect(publisher.poison(actors[8].ref) == .ok)
                _ = "p".withCString { actors[9].unsubscribe($0, .main) }
                engine.runUntilIdle()
            }
            engine.expectNoFaults()
            for place in 3...4 { probes[place].onReceive = { _, _ in .ok } }
            _ = actors[4].finish(.ok)
            var back: UInt32 = 0
            #expect(actors[3].unstash(&back) == .ok)
        }
    }
}
