import Backstage
import BackstageTestKit
import Testing

@Suite struct TimeTests {
    /// Starts timers by a closure, and sends what fires.
    private func spawn(
        _ stage: Stage, _ start: @escaping (Context<String>) throws -> Void
    ) throws -> Probe<String> {
        let probe = try stage.probe(of: String.self)
        try stage.spawn { TimerActor(probe: probe.ref, start: start) }
        return probe
    }

    private struct TimerActor: Backstage.Actor {
        let probe: ActorRef<String>
        let start: (Context<String>) throws -> Void
        func started(_ context: Context<String>) throws { try start(context) }
        func receive(_ message: String, _ context: Context<String>) throws { try probe.send(message) }
    }

    @Test func aPeriodicTimerFiresEachTime() throws {
        let stage = try Stage()
        let probe = try spawn(stage) { try $0.every(.seconds(1), send: "tick") }
        try stage.advance(by: .seconds(10))
        #expect(probe.received.count == 10)
        #expect(probe.deliveries.map(\.time) == (1...10).map { .seconds($0) })
        #expect(stage.now == .seconds(10))
        try stage.close()
    }

    @Test func timersFireInTheirOrder() throws {
        let stage = try Stage()
        let probe = try spawn(stage) { context in
            try context.every(.seconds(3), send: "three")
            try context.every(.seconds(2), send: "two")
            try context.after(.seconds(4), send: "once")
        }
        try stage.advance(by: .milliseconds(6500))
        try probe.expect("two", "three", "two", "once", "three", "two")
        try probe.expectNone()
        try stage.advance(by: .milliseconds(1499))
        try probe.expectNone()
        try stage.advance(by: .milliseconds(1))
        try probe.expect("two")
        try stage.close()
    }

    @Test func aTimerStartedOnTheWayFiresOnTheWay() throws {
        let stage = try Stage()
        let probe = try spawn(stage) { context in
            try context.after(.seconds(1)) { _, context in
                try context.after(.seconds(1)) { _, context in
                    try context.after(.zero, send: "third")
                }
            }
        }
        try stage.advance(by: .seconds(2))
        try probe.expect("third")
        #expect(probe.deliveries.map(\.time) == [.seconds(2)])
        try stage.close()
    }

    @Test func nothingFiresEarlyOrByItself() throws {
        let stage = try Stage()
        let probe = try spawn(stage) { try $0.after(.nanoseconds(5), send: "due") }
        try stage.advance(by: .nanoseconds(4))
        try probe.expectNone()
        for _ in 1...100 { try stage.settle() }
        try probe.expectNone()
        #expect(stage.now == .nanoseconds(4))
        try stage.advance(by: .nanoseconds(1))
        try probe.expect("due")
        #expect(throws: BackstageError.invalidArgument) { try stage.advance(by: .nanoseconds(-1)) }
        try stage.advance(by: .zero)
        #expect(stage.now == .nanoseconds(5))
        try stage.close()
    }

    @Test func whatIsSentBeforeIsHandledBeforeTimePasses() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: Int.self)
        try probe.ref.send(1)
        try stage.advance(by: .seconds(1))
        #expect(probe.deliveries.map(\.time) == [.zero])
        try stage.close()
    }

    @Test func whatStopsTheEngineDoesNotStopTheStage() throws {
        let stage = try Stage()
        let probe = try spawn(stage) { try $0.every(.seconds(1), send: "tick") }
        try stage.spawn { (_: Int, context) in context.engine.stop() }.send(1)
        try probe.ref.send("a")
        stage.engine.stop()
        try stage.settle()
        try probe.expect("a")
        try stage.advance(by: .seconds(2))
        try probe.expect("tick", "tick")
        try stage.close()
    }

    @Test func aBackoffIsTime() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: String.self)
        struct Child: Backstage.Actor {
            let probe: ActorRef<String>
            func started(_ context: Context<Int>) throws { try probe.send("started") }
            func receive(_ message: Int, _ context: Context<Int>) throws { throw Tally.Failed() }
        }
        let options = ActorOptions(supervision: Supervision(backoff: .init(from: .seconds(2))))
        try stage.spawn(options: options) { (message: Int, context) in
            let ref = probe.ref
            try context.spawnChild { Child(probe: ref) }.send(message)
        }.send(1)
        try probe.expect("started")
        try stage.advance(by: .milliseconds(1999))
        try probe.expectNone()
        try stage.advance(by: .milliseconds(1))
        try probe.expect("started")
        try stage.close()
    }
}
