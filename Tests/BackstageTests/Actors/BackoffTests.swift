import Backstage
import Testing

private struct Child: Actor {
    let notes: Notes<Duration>
    func started(_ context: Context<Int>) { notes.add(context.now) }
    func receive(_ message: Int, _ context: Context<Int>) throws { if message < 0 { throw Oops() } }
}

private struct Parent: Actor {
    let notes: Notes<Duration>
    func started(_ context: Context<Int>) throws {
        let notes = self.notes
        try context.spawnChild("child") { Child(notes: notes) }
    }
    func receive(_ message: Int, _ context: Context<Int>) {}
}

@Suite struct BackoffTests {
    let starts = Notes<Duration>()

    private func withChild(
        seed: UInt64 = 0, _ supervision: Supervision, _ body: (Rig, ActorRef<Int>) throws -> Void
    ) throws {
        let starts = self.starts
        try withRig(EngineOptions(clock: .virtual, seed: seed)) { rig in
            try rig.engine.spawn(options: ActorOptions(supervision: supervision)) { Parent(notes: starts) }
            try rig.settle()
            try body(rig, try rig.engine.find("child", as: Int.self))
        }
    }

    /// Fails, and then steps through time until it has started again.
    private func fail(_ rig: Rig, _ child: ActorRef<Int>, step: Duration = .milliseconds(1)) throws
        -> Duration
    {
        let count = starts.count
        try child.send(-1)
        try rig.settle()
        let failed = rig.engine.now
        for _ in 0..<100_000 where starts.count == count { try rig.advance(step) }
        return try #require(starts.count > count ? starts.all.last : nil) - failed
    }

    @Test func theWaitDoublesUpToTheMost() throws {
        let backoff = Supervision.Backoff(from: .milliseconds(10), to: .milliseconds(50))
        try withChild(Supervision(restarts: 100, backoff: backoff)) { rig, child in
            let waits = try (0..<5).map { _ in try fail(rig, child) }
            #expect(waits == [10, 20, 40, 50, 50].map { .milliseconds($0) })
        }
    }

    @Test func withoutAMostItIs64TimesTheFirst() throws {
        let backoff = Supervision.Backoff(from: .milliseconds(1))
        let supervision = Supervision(restarts: 100, within: .seconds(100), backoff: backoff)
        try withChild(supervision) { rig, child in
            let waits = try (0..<8).map { _ in try fail(rig, child) }
            #expect(waits == [1, 2, 4, 8, 16, 32, 64, 64].map { .milliseconds($0) })
        }
    }

    @Test func aWindowWithoutARestartBeginsAnew() throws {
        let backoff = Supervision.Backoff(from: .milliseconds(10))
        let supervision = Supervision(restarts: 100, within: .seconds(1), backoff: backoff)
        try withChild(supervision) { rig, child in
            #expect(try fail(rig, child) == .milliseconds(10))
            #expect(try fail(rig, child) == .milliseconds(20))
            try rig.advance(.seconds(2))
            #expect(try fail(rig, child) == .milliseconds(10))
        }
    }

    @Test func messagesWaitMeanwhile() throws {
        let backoff = Supervision.Backoff(from: .seconds(1))
        try withChild(Supervision(backoff: backoff)) { rig, child in
            try child.send(-1)
            try child.send(1)
            try rig.settle()
            #expect(try rig.engine.statistics().queued == 1)
            #expect(starts.count == 1)
            try rig.advance(.milliseconds(999))
            #expect(starts.count == 1)
            try rig.advance(.milliseconds(1))
            #expect(starts.all == [.zero, .seconds(1)])
            #expect(try rig.engine.statistics().queued == 0)
        }
    }

    @Test func jitterTakesOffNoMoreThanItsPart() throws {
        let backoff = Supervision.Backoff(from: .seconds(1), to: .seconds(1), jitter: 0.5)
        let supervision = Supervision(restarts: 4096, within: .seconds(1000), backoff: backoff)
        try withChild(seed: 7, supervision) { rig, child in
            let waits = try (0..<50).map { _ in try fail(rig, child) }
            #expect(waits.allSatisfy { $0 >= .milliseconds(500) && $0 <= .milliseconds(1001) })
            #expect(Set(waits).count > 5)
        }
    }

    @Test func aSeedGivesTheSameWaits() throws {
        func waits(seed: UInt64) throws -> [Duration] {
            let backoff = Supervision.Backoff(from: .seconds(1), to: .seconds(1), jitter: 0.9)
            let supervision = Supervision(restarts: 4096, within: .seconds(1000), backoff: backoff)
            var waits: [Duration] = []
            try withChild(seed: seed, supervision) { rig, child in
                waits = try (0..<10).map { _ in try fail(rig, child) }
            }
            return waits
        }
        let first = try waits(seed: 1)
        #expect(try waits(seed: 1) == first)
        #expect(try waits(seed: 2) != first)
    }

    @Test func oneStoppedWhileItWaitsEnds() throws {
        let backoff = Supervision.Backoff(from: .seconds(1))
        try withChild(Supervision(backoff: backoff)) { rig, child in
            try child.send(-1)
            try rig.settle()
            try child.stop()
            try rig.settle()
            expect(.notFound) { try child.send(1) }
            try rig.advance(.seconds(2))
            #expect(starts.count == 1)
        }
    }
}
