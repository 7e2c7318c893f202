import CBackstage
import Testing

@testable import BackstageCore

/// Families that are drained: who belongs to which, and when one is done.
struct DrainTests {
    /// Four generations, each with one of the next.
    private func withLine(_ body: (Engine, [Actor]) throws -> Void) throws {
        try withEngine { engine in
            var line = [try engine.spawn()]
            for _ in 0..<3 { line.append(try engine.spawn(parent: line.last)) }
            try body(engine, line)
        }
    }

    private func roots(_ engine: Engine, _ actors: [Actor]) -> [UInt32] {
        actors.map { engine.drainRoot(of: $0) }
    }

    /// What is known of a family does not depend on which drain came first.
    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func nestedDrainsKnowTheirRoots(_ order: [Int]) throws {
        try withLine { engine, line in
            for place in order { #expect(line[place].drain(line[place].ref, within: -1) == .ok) }
            #expect(roots(engine, line) == [0, 1, 2, 2].map { line[$0].index })
            let outer = line.prefix(3).map { $0.life?.pointee.outerRoot }
            #expect(outer == [noActor, line[0].index, line[1].index])
            #expect(line.prefix(3).map { $0.life?.pointee.busy } == [4, 3, 2])
            engine.runUntilIdle()
            #expect(engine.livingActors == [])
        }
    }

    /// With the whole engine drained there is no root, but for those of families drained as well.
    @Test(arguments: [true, false])
    func anEngineIsDrainedAroundAFamily(_ isEngineFirst: Bool) throws {
        try withLine { engine, line in
            if isEngineFirst { #expect(engine.drain(within: -1) == .ok) }
            #expect(line[2].drain(line[2].ref, within: -1) == .ok)
            if !isEngineFirst { #expect(engine.drain(within: -1) == .ok) }
            #expect(roots(engine, line) == [noActor, noActor, line[2].index, line[2].index])
            #expect(line[2].life?.pointee.outerRoot == noActor)
            #expect(engine.pointee.drain.busy == 4)
            engine.runUntilIdle()
            #expect(engine.livingActors == [])
        }
    }

    /// Those inside are heard outside, as long as that is drained too; but not the other way about.
    @Test func aFamilyHearsItself() throws {
        try withLine { engine, line in
            let stranger = try engine.spawn()
            #expect(line[0].drain(line[0].ref, within: -1) == .ok)
            #expect(line[2].drain(line[2].ref, within: -1) == .ok)
            #expect(line[3].send(line[2].ref, nil, 0) == .ok)
            #expect(line[3].send(line[0].ref, nil, 0) == .ok)
            #expect(line[0].send(line[1].ref, nil, 0) == .ok)
            #expect(line[1].send(line[3].ref, nil, 0) == .ending)
            #expect(stranger.send(line[0].ref, nil, 0) == .ending)
            #expect(engine.send([], to: line[3]) == .ending)
            engine.runUntilIdle()
            #expect(engine.livingActors == [stranger])
            #expect(engine.statistics.handled == 3)
        }
    }

    /// Children that come while a family is drained are part of it.
    @Test func whoIsBornMeanwhileJoins() throws {
        try withEngine { engine in
            let probe = Probe()
            let root = try engine.spawn(probe)
            var born: Actor?
            probe.onReceive = { actor, _ in
                let child = try? engine.spawn(parent: actor)
                born = child
                #expect(child.map { engine.drainRoot(of: $0) } == actor.index)
                #expect(child?.details.pointee.marks.has(.busy) == true)
                return child.map { actor.send($0.ref, nil, 0) } ?? -1000
            }
            #expect(engine.send([1], to: root) == .ok)
            #expect(root.drain(root.ref, within: -1) == .ok)
            engine.runUntilIdle()
            #expect(born != nil && engine.livingActors == [])
            #expect(engine.statistics.handled == 2)
        }
    }

    /// Places past those that a table was made for.
    @Test func aFamilyMayGrowPastItsTable() throws {
        try withEngine { engine in
            let root = try engine.spawn()
            let server = try engine.spawn()
            var token: UInt64 = 0
            #expect(root.request(server.ref, nil, 0, timeout: 1000, &token) == .ok)
            #expect(root.drain(root.ref, within: -1) == .ok)
            for _ in 0..<1500 { try engine.spawn(parent: root) }
            engine.runUntilIdle()
            #expect(root.life?.pointee.busy == 1)
            #expect(engine.livingActors.count == 1502)
            engine.expectNoFaults()
            #expect(engine.advance(by: 1000) == .ok)
            engine.runUntilIdle()
            #expect(engine.livingActors == [server])
        }
    }

    /// More events than a turn has time for.
    @Test func aDrainingActorGetsAllItsEvents() throws {
        try withEngine { engine in
            let probe = Probe()
            let actor = try engine.spawn(probe) { $0.budget = 1 }
            var token: UInt64 = 0
            for _ in 0..<3 { #expect(actor.startTimer(after: 10, every: 0, &token) == .ok) }
            let server = try engine.spawn()
            #expect(actor.request(server.ref, nil, 0, timeout: 0, &token) == .ok)
            #expect(actor.drain(actor.ref, within: 1000) == .ok)
            engine.runUntilIdle()
            #expect(engine.advance(by: 10) == .ok)
            engine.runUntilIdle()
            #expect(probe.received.map(\.type) == [UInt16](repeating: MessageType.timer, count: 3))
        }
    }

    /// A poisoned actor still gets replies, and is no part of a drain for that.
    @Test func aPoisonedActorThatGetsAReplyIsNotBusy() throws {
        try withEngine { engine in
            let (asking, serving) = (Probe(), Probe())
            let (asker, server) = (try engine.spawn(asking), try engine.spawn(serving))
            var token: UInt64 = 0
            #expect(asker.request(server.ref, nil, 0, timeout: 0, &token) == .ok)
            engine.runUntilIdle()
            #expect(engine.send([1], to: asker) == .ok)
            #expect(asker.poison(asker.ref) == .ok)
            #expect(server.reply(to: asker.ref, token, [2], 1) == .ok)
            #expect(!asker.details.pointee.marks.has(.busy))
            engine.runUntilIdle()
            #expect(asking.payloads == [[1], [2]])
            #expect(!asker.isLiving)
        }
    }

    /// Who was not drained in time handles nothing more: neither messages nor events. Its `deinit` runs.
    @Test(arguments: [true, false])
    func whatIsKilledRunsItsEndAlone(_ isAtOnce: Bool) throws {
        try withEngine { engine in
            let (parent, child) = (Probe(), Probe())
            let root = try engine.spawn(parent)
            let inner = try engine.spawn(child, parent: root)
            let server = try engine.spawn()
            var token: UInt64 = 0
            #expect(inner.request(server.ref, nil, 0, timeout: 100, &token) == .ok)
            #expect(root.drain(root.ref, within: 100) == .ok)
            engine.runUntilIdle()
            #expect(root.isLiving && inner.isLiving)
            if isAtOnce {
                #expect(root.send(inner.ref, nil, 0) == .ok)
                #expect(root.drain(root.ref, within: 0) == .ok)
            } else {
                #expect(engine.advance(by: 100) == .ok)
            }
            engine.runUntilIdle()
            #expect(engine.livingActors == [server])
            #expect(child.received.isEmpty && parent.received.isEmpty)
            #expect(child.reasons == [Reason.killed] && parent.reasons == [Reason.killed])
            #expect(engine.statistics.dead == (isAtOnce ? 1 : 0))
        }
    }
}
