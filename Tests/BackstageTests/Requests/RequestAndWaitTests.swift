import Backstage
import Testing

@Suite struct RequestAndWaitTests {
    @Test func onTheEnginesThreadItRunsTheEngine() throws {
        try withRig { rig in
            let inner = try rig.engine.spawn { (reply: ReplyTo<Int>, context) in try reply.send(20) }
            let outer = try rig.engine.spawn { (reply: ReplyTo<Int>, context) in
                try context.request(
                    inner, { $0 }, perform: { result, _ in try reply.send(try result.get() + 1) })
            }
            #expect(try outer.requestAndWait { $0 } == 21)
        }
    }

    @Test func itsFailures() throws {
        try withRig { rig in
            let failing = try rig.engine.spawn { (reply: ReplyTo<Int>, context) in throw Oops() }
            expect(.stopped) { _ = try failing.requestAndWait { $0 } }
            expect(.notFound) { _ = try failing.requestAndWait { $0 } }
            let full = try rig.engine.spawn(options: ActorOptions(capacity: 1)) {
                (reply: ReplyTo<Int>, context) in
                try reply.send(1)
            }
            try full.send(try kept(rig))
            expect(.inboxFull) { _ = try full.requestAndWait { $0 } }
        }
    }

    /// A reply that nobody waits for any more.
    private func kept(_ rig: Rig) throws -> ReplyTo<Int> {
        var kept: ReplyTo<Int>?
        let keeper = try rig.engine.spawn { (reply: ReplyTo<Int>, context) in
            kept = reply
            try reply.send(0)
        }
        _ = try keeper.requestAndWait { $0 }
        return try #require(kept)
    }

    @Test func insideACallbackItIsRefused() throws {
        try withRig { rig in
            let echo = try rig.engine.spawn { (reply: ReplyTo<Int>, context) in try reply.send(1) }
            var checks = 0
            let ref = try rig.engine.spawn { (message: Int, context) in
                expect(.inCallback) { _ = try echo.requestAndWait { $0 } }
                checks += 1
            }
            try ref.send(1)
            try rig.settle()
            #expect(checks == 1)
        }
    }

    @Test func aStopOfTheRunIsAnError() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { (reply: ReplyTo<Int>, context) in context.engine.stop() }
            expect(.stopped) { _ = try ref.requestAndWait { $0 } }
        }
    }

    @Test func aTimeoutOfTheRealClock() throws {
        try withRig(EngineOptions()) { rig in
            let ref = try rig.engine.spawn { (reply: ReplyTo<Int>, context) in }
            expect(.timeout) { _ = try ref.requestAndWait(timeout: .milliseconds(1)) { $0 } }
        }
    }

    @Test func aTimeoutOfTheVirtualClockIsOverAtOnceIfThereIsNothingElseToDo() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { (reply: ReplyTo<Int>, context) in }
            expect(.timeout) { _ = try ref.requestAndWait(timeout: .seconds(1)) { $0 } }
        }
    }

    @Test func aFailureThatEscalatesMeanwhileEndsTheWait() throws {
        struct Top: Actor {
            func started(_ context: Context<Int>) throws {
                try context.spawnChild("child") { (reply: ReplyTo<Int>, context) in
                    throw BackstageError.status(-4321)
                }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
        }
        try withRig { rig in
            try rig.engine.spawn(options: ActorOptions(supervision: Supervision(onFailure: .escalate))) {
                Top()
            }
            try rig.settle()
            let child = try rig.engine.find("child", as: ReplyTo<Int>.self)
            #expect(throws: BackstageError.self) { try child.requestAndWait { $0 } as Int }
        }
    }
}
