import CBackstage
import Testing

@testable import BackstageCore

/// Sends that find no memory, in the middle of what they do: as if they had never been made.
struct SendWithoutMemoryTests {
    private let long = [UInt8](repeating: 1, count: 5000)

    /// An actor that is idle, in an engine with an empty ring and a free event source to spare.
    private func withIdleActor(_ body: (Engine, Actor, Probe) throws -> Void) throws {
        try withEngine { engine in
            let probe = Probe()
            let actor = try engine.spawn(probe, id: "a", kind: "k")
            var token: UInt64 = 0
            #expect(actor.startTimer(after: 0, every: 0, &token) == .ok)
            #expect(engine.send([1], to: actor) == .ok)
            engine.runUntilIdle()
            engine.rest()
            probe.received = []
            try body(engine, actor, probe)
            #expect(engine.statistics.accepted == 1)
            try #require(actor.used == 0 && actor.pointee.ring == nil)
            engine.expectNoFaults()
            // The next turn finds no message, only its event.
            #expect(actor.startTimer(after: 0, every: 0, &token) == .ok)
            engine.runUntilIdle()
            #expect(probe.received.map(\.type) == [MessageType.timer])
            #expect(engine.send(long, to: actor) == .ok)
            engine.runUntilIdle()
            #expect(probe.payloads.last == long)
        }
    }

    @Test func aSend() throws {
        try withIdleActor { engine, actor, _ in
            engine.withoutMemory {
                #expect(engine.send(long, to: actor) == .noMemory)
                #expect(engine.sendFromOutside(actor.ref, long, long.count) == .noMemory)
            }
        }
    }

    @Test func aRequest() throws {
        try withIdleActor { engine, actor, _ in
            var token: UInt64 = 7
            engine.withoutMemory {
                #expect(actor.request(actor.ref, long, long.count, timeout: 5, &token) == .noMemory)
            }
            #expect(token == 7)
            #expect(actor.ownSources == [])
        }
    }

    @Test func aPublication() throws {
        try withIdleActor { engine, actor, _ in
            #expect(actor.subscribe(to: "a") == .ok)
            engine.withoutMemory { #expect(actor.publish(long) == .noMemory) }
            #expect(actor.unsubscribe(from: "a") == .ok)
        }
    }

    @Test func aBroadcast() throws {
        try withIdleActor { engine, actor, _ in
            engine.withoutMemory {
                "k".withCString { #expect(engine.broadcastFromOutside($0, long, long.count) == .noMemory) }
            }
        }
    }

    @Test func aPayload() throws {
        try withIdleActor { engine, _, _ in
            engine.withoutMemory {
                #expect(engine.makePayload(5000) == nil)
                var byte: UInt8 = 0
                #expect(engine.wrapPayload(&byte, 1, free: { _, _, _ in }, state: nil) == nil)
            }
        }
    }
}
