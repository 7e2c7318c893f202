import Backstage
import Testing

private enum Ask: Sendable {
    case double(Int, ReplyTo<Int>), keep(ReplyTo<Int>), answer(Int), fail(ReplyTo<Int>), stop
}

private struct Answerer: Actor {
    let kept: Promise<ReplyTo<Int>>
    static var options: ActorOptions { ActorOptions(capacity: 100_000) }

    func receive(_ message: Ask, _ context: Context<Ask>) throws {
        switch message {
        case .double(let number, let reply): try reply.send(number * 2)
        case .keep(let reply): kept.give(reply)
        case .answer: break
        case .fail: throw Oops()
        case .stop: try context.shutdown()
        }
    }
}

@Suite struct AsyncRequestTests {
    private func withAnswerer(
        _ options: EngineOptions = EngineOptions(),
        _ body: (Engine, ActorRef<Ask>, Promise<ReplyTo<Int>>) async throws -> Void
    ) async throws {
        try await withStarted(options) { engine in
            let kept = Promise<ReplyTo<Int>>()
            let ref = try await engine.perform { try $0.spawn { Answerer(kept: kept) } }
            try await body(engine, ref, kept)
        }
    }

    @Test func anAnswer() async throws {
        try await withAnswerer { engine, ref, _ in
            let value = try await ref.request { .double(21, $0) }
            #expect(value == 42)
        }
    }

    @Test func aTimeout() async throws {
        try await withAnswerer { engine, ref, _ in
            await #expect(throws: BackstageError.timeout) {
                try await ref.request(timeout: .milliseconds(1)) { .keep($0) }
            }
        }
    }

    @Test func anActorThatFailsOrEnds() async throws {
        try await withAnswerer { engine, ref, kept in
            let task = Task { try await ref.request { .keep($0) } }
            _ = await kept.value
            await #expect(throws: BackstageError.stopped) { try await ref.request { .fail($0) } }
            await #expect(throws: BackstageError.stopped) { try await task.value }
            await #expect(throws: BackstageError.notFound) { try await ref.request { .double(1, $0) } }
        }
    }

    @Test func theEngineClosedMeanwhile() async throws {
        let engine = try Engine()
        let kept = Promise<ReplyTo<Int>>()
        let ref = try engine.spawn { Answerer(kept: kept) }
        try engine.start()
        let task = Task { try await ref.request { .keep($0) } }
        _ = await kept.value
        try engine.close()
        await #expect(throws: BackstageError.closed) { try await task.value }
        await #expect(throws: BackstageError.closed) { try await ref.request { .double(1, $0) } }
    }

    @Test func anEngineThatNeverRuns() async throws {
        let engine = try Engine()
        let ref = try engine.spawn { Answerer(kept: Promise()) }
        let task = Task { try await ref.request { .double(1, $0) } }
        try engine.close()
        await #expect(throws: BackstageError.closed) { try await task.value }
    }

    @Test func aTaskCancelledBefore() async throws {
        try await withAnswerer { engine, ref, _ in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await ref.request { .double(1, $0) }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            let value = try await engine.perform { try $0.statistics().accepted }
            #expect(value == 0)
        }
    }

    @Test func aTaskCancelledMeanwhile() async throws {
        let letters = Notes<Letter>()
        try await withAnswerer(EngineOptions(deadLetter: { letters.add(Letter($0)) })) { engine, ref, kept in
            let task = Task { try await ref.request { .keep($0) } }
            let reply = await kept.value
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            // Given up: in the end nobody waits for it any more.
            let late = try await engine.perform { _ -> BackstageError? in
                do throws(BackstageError) { try reply.send(5) } catch { return error }
                return nil
            }
            if late == nil {
                // The answer came first; then it is nobody's message, and handled as such.
                try await engine.waitUntil { try $0.statistics().queued == 0 }
            } else {
                #expect(late == .notWaiting)
                #expect(letters.all.map(\.reason) == [.notWaiting])
            }
        }
    }

    @Test func aTaskCancelledAfterItsAnswer() async throws {
        try await withAnswerer { engine, ref, _ in
            let task = Task { try await ref.request { .double(4, $0) } }
            let value = try await task.value
            #expect(value == 8)
            task.cancel()
            let value2 = try await task.value
            #expect(value2 == 8)
        }
    }

    @Test func tenThousandAtOnce() async throws {
        try await withAnswerer { engine, ref, _ in
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<10_000 {
                    group.addTask {
                        while true {
                            do {
                                return try await ref.request { .double(number, $0) }
                            } catch BackstageError.queueFull {
                                await Task.yield()
                            }
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == (0..<10_000).reduce(0) { $0 + 2 * $1 })
        }
    }

    @Test func manyCancelledAtOnceLeaveNothingBehind() async throws {
        try await withAnswerer { engine, ref, _ in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<1000 {
                    group.addTask {
                        _ = try? await ref.request { .keep($0) }
                    }
                }
                group.cancelAll()
            }
            // Still of use to others.
            let value = try await ref.request { .double(1, $0) }
            #expect(value == 2)
        }
    }

    @Test func fromATaskOnTheEnginesOwnThread() async throws {
        try await withAnswerer { engine, ref, _ in
            let asked = try await engine.perform { _ in Task { try await ref.request { .double(3, $0) } } }
            let value = try await asked.value
            #expect(value == 6)
        }
    }
}
