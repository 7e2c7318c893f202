import CBackstage
import Testing

@testable import BackstageCore

/// Requests that code outside any actor waits for: whoever is done first, nothing is left.
struct OutsideRequestTests {
    private typealias Request = UnsafeMutablePointer<OutsideRequest>

    private func text(_ reply: OpaquePointer?) -> [UInt8]? {
        guard let reply else { return nil }
        let block = Block(reply)
        defer { block.releaseShared() }
        return [UInt8](UnsafeRawBufferPointer(start: block.pointee.bytes, count: block.pointee.size))
    }

    private func withRequest(_ body: (Engine, Request) throws -> Void) throws {
        try withEngine { engine in
            engine.releaseCaches()
            let held = engine.heldBytes
            try body(engine, try #require(Request.make(in: engine, nameLength: 0, timeout: 0)))
            engine.releaseCaches()
            #expect(engine.heldBytes == held)
        }
    }

    @Test func anAnswerIsTaken() throws {
        try withRequest { engine, request in
            let block = try #require(engine.makePayload(3))
            block.pointee.bytes.copyMemory(from: [1, 2, 3] as [UInt8], byteCount: 3)
            #expect(!request.isAnswered)
            #expect(request.answer(.ok, block))
            #expect(request.isAnswered)
            var reply: OpaquePointer?
            #expect(request.take(&reply, orElse: .timeout) == .ok)
            #expect(text(reply) == [1, 2, 3])
        }
    }

    @Test func aFailureIsTaken() throws {
        try withRequest { _, request in
            #expect(request.answer(.stopped, nil))
            var reply: OpaquePointer?
            #expect(request.take(&reply, orElse: .timeout) == .stopped)
            #expect(reply == nil)
        }
    }

    /// An answer that comes too late stays its sender's.
    @Test func nobodyWaitsAnyMore() throws {
        try withRequest { engine, request in
            var reply: OpaquePointer?
            #expect(request.take(&reply, orElse: .timeout) == .timeout)
            let block = try #require(engine.makePayload(3))
            #expect(!request.answer(.ok, block))
            #expect(reply == nil)
            block.releaseShared()
        }
    }

    // MARK: - On the engine's thread

    private func ask(_ engine: Engine, _ actor: Actor, _ reply: inout OpaquePointer?, timeout: Int64 = -1)
        -> Status
    {
        engine.request(actor.ref, [7] as [UInt8], 1, timeout: timeout, &reply)
    }

    @Test func theEngineRunsUntilThereIsAnAnswer() throws {
        try withEngine { engine in
            let probe = Probe()
            probe.onReceive = { actor, message in
                actor.reply(to: 0, message.pointee.token, message.bytes, message.bytes.count)
            }
            let actor = try engine.spawn(probe)
            var reply: OpaquePointer?
            #expect(ask(engine, actor, &reply) == .ok)
            #expect(text(reply) == [7])
            #expect(probe.received.map(\.type) == [MessageType.request])
            #expect(actor.peers == [])
        }
    }

    /// The one who is asked fails on it, stops, or lets the time go by.
    @Test func thereIsNoAnswer() throws {
        try withEngine { engine in
            let probe = Probe()
            let options = supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESUME)
            let actor = try engine.spawn(probe, parent: try engine.spawn(supervision: options))
            var reply: OpaquePointer?
            probe.onReceive = { _, _ in -1000 }
            #expect(ask(engine, actor, &reply) == .stopped)
            probe.onReceive = { _, _ in .ok }
            #expect(ask(engine, actor, &reply, timeout: 100) == .timeout)
            #expect(actor.peers == [] && engine.outsideRequests == [])
            probe.onReceive = { actor, _ in actor.stop(actor.ref) }
            #expect(ask(engine, actor, &reply) == .stopped)
            #expect(engine.request(0, nil, 0, timeout: -1, &reply) == .notFound)
            #expect(reply == nil)
        }
    }

    /// A reply to one that has been given up is a dead letter.
    @Test func anAnswerThatIsTooLateIsADeadLetter() throws {
        try withEngine { engine in
            let probe = Probe()
            let actor = try engine.spawn(probe)
            var reply: OpaquePointer?
            #expect(ask(engine, actor, &reply, timeout: 100) == .timeout)
            let token = try #require(probe.received.first?.token)
            #expect(actor.reply(to: 0, token, nil, 0) == .notWaiting)
            #expect(engine.statistics.dead == 1)
        }
    }

    // MARK: - On other threads

    private final class Asked: @unchecked Sendable {
        let engine: Engine
        let ref: backstage_ref
        var statuses: [Status]
        var replies: [[UInt8]?]
        init(_ engine: Engine, _ ref: backstage_ref, _ count: Int) {
            (self.engine, self.ref) = (engine, ref)
            statuses = [Status](repeating: .ok, count: count)
            replies = [[UInt8]?](repeating: nil, count: count)
        }
    }

    /// Several threads ask, each a few times, and each gets its own answers.
    @Test func otherThreadsAsk() throws {
        try withEngine { engine in
            let probe = Probe()
            var left = 4 * 100
            probe.onReceive = { actor, message in
                left -= 1
                if left == 0 { engine.requestStop() }
                return actor.reply(to: 0, message.pointee.token, message.bytes, message.bytes.count)
            }
            let actor = try engine.spawn(probe)
            let asked = Asked(engine, actor.ref, 4)
            try withThreads(
                4,
                { thread in
                    for number in 0..<100 {
                        var reply: OpaquePointer?
                        let bytes = [UInt8(thread), UInt8(number)]
                        let status = asked.engine.request(asked.ref, bytes, 2, timeout: -1, &reply)
                        #expect(status == .ok)
                        #expect(text(reply) == bytes)
                    }
                },
                meanwhile: {
                    #expect(engine.run(UInt32(BACKSTAGE_RUN_UNTIL_STOPPED), timeout: -1) == .ok)
                })
            #expect(left == 0 && engine.statistics.handled == 800)
        }
    }

    /// With nobody to run the engine, the time is over at some time; what was asked is dead with it.
    @Test func nobodyRunsTheEngine() throws {
        try withEngine { engine in
            let actor = try engine.spawn()
            let asked = Asked(engine, actor.ref, 1)
            try withThreads(
                1,
                { _ in
                    var reply: OpaquePointer?
                    asked.statuses[0] = asked.engine.request(asked.ref, nil, 0, timeout: 0, &reply)
                    #expect(reply == nil)
                }, meanwhile: {})
            #expect(asked.statuses == [.timeout])
            #expect(actor.stop(actor.ref) == .ok)
            engine.runUntilIdle()
            #expect(engine.outsideRequests == [] && engine.statistics.dead == 1)
        }
    }
}
