import Backstage
import Synchronization
import Testing

/// Has work done for it, and tells what came of it.
private struct Loader: Actor {
    enum Message: Sendable {
        case load(@Sendable () async throws -> Int)
        case loaded(Int)
        case failed(String)
        case fail
    }

    struct Failure: Error {}

    let outcomes: Outcomes

    func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .load(let work):
            outcomes.add(
                context.task(work) { result in
                    switch result {
                    case .success(let value): .loaded(value)
                    case .failure(let error): .failed("\(error)")
                    }
                })
        case .loaded(let value):
            outcomes.note("loaded \(value)")
            context.engine.stop()
        case .failed(let text):
            outcomes.note("failed \(text)")
            context.engine.stop()
        case .fail: throw Failure()
        }
    }
}

private final class Outcomes: Sendable {
    private let state = Mutex<(texts: [String], tasks: [ActorTask])>(([], []))

    func note(_ text: String) { state.withLock { $0.texts.append(text) } }
    func add(_ task: ActorTask) { state.withLock { $0.tasks.append(task) } }
    var texts: [String] { state.withLock { $0.texts } }
    var tasks: [ActorTask] { state.withLock { $0.tasks } }
}

/// Work that goes on until it is cancelled.
@Sendable private func forEver() async throws -> Int {
    let (stream, continuation) = AsyncStream<Int>.makeStream()
    _ = continuation
    for await _ in stream {}
    try Task.checkCancellation()
    return 0
}

@Suite("Asynchronous work for an actor")
struct ActorTasksTests {
    @Test func theOutcomeIsAMessage() async throws {
        try await onThread {
            let engine = try Engine()
            let outcomes = Outcomes()
            let loader = try engine.spawn { Loader(outcomes: outcomes) }
            try loader.send(.load { 7 })
            try engine.run()
            try loader.send(.load { throw Loader.Failure() })
            try engine.run()
            #expect(outcomes.texts == ["loaded 7", "failed Failure()"])
            try engine.close()
        }
    }

    @Test func otherActorsGoOnMeanwhile() async throws {
        try await onThread {
            let engine = try Engine()
            let outcomes = Outcomes()
            let (stream, continuation) = AsyncStream<Int>.makeStream()
            let loader = try engine.spawn { Loader(outcomes: outcomes) }
            let other = try engine.spawn { (number: Int, context) in
                outcomes.note("other \(number)")
                continuation.yield(number)
            }
            try loader.send(
                .load {
                    for await number in stream { return number }
                    return 0
                })
            try engine.run(.untilIdle)
            #expect(outcomes.texts.isEmpty)
            try other.send(3)
            try engine.run()
            #expect(outcomes.texts == ["other 3", "loaded 3"])
            try engine.close()
        }
    }

    @Test func aCancelledOneTellsSo() async throws {
        try await onThread {
            let engine = try Engine()
            let outcomes = Outcomes()
            let loader = try engine.spawn { Loader(outcomes: outcomes) }
            try loader.send(.load(forEver))
            try engine.run(.untilIdle)
            outcomes.tasks[0].cancel()
            try engine.run()
            #expect(outcomes.texts == ["failed CancellationError()"])
            try engine.close()
        }
    }

    @Test func nothingComesOfItOnceTheActorHasEnded() async throws {
        let engine = try Engine()
        let outcomes = Outcomes()
        let cancelled = AsyncStream<Void>.makeStream()
        let loader = try engine.spawn { Loader(outcomes: outcomes) }
        try loader.send(
            .load {
                defer { cancelled.continuation.finish() }
                return try await forEver()
            })
        try engine.run(.untilIdle)
        try loader.stop()
        try engine.run(.untilIdle)
        for await _ in cancelled.stream {}
        try engine.adopt()
        try engine.run(.untilIdle)
        #expect(outcomes.texts.isEmpty)
        #expect(try engine.statistics().dead == 0)
        try engine.close()
    }

    @Test func aRestartGivesItUp() async throws {
        let engine = try Engine()
        let outcomes = Outcomes()
        let cancelled = AsyncStream<Void>.makeStream()
        let supervised = ActorOptions(supervision: Supervision())
        let loader = Mutex<ActorRef<Loader.Message>?>(nil)
        try engine.spawn(options: supervised) {
            Parent(outcomes: outcomes) { ref in loader.withLock { $0 = ref } }
        }
        try engine.run(.untilIdle)
        let ref = try #require(loader.withLock { $0 })
        try ref.send(
            .load {
                defer { cancelled.continuation.finish() }
                return try await forEver()
            })
        try engine.run(.untilIdle)
        try ref.send(.fail)
        try engine.run(.untilIdle)
        for await _ in cancelled.stream {}
        try engine.adopt()
        try engine.run(.untilIdle)
        #expect(outcomes.texts.isEmpty)
        #expect(try engine.statistics().restarts == 1)
        try engine.close()
    }
}

private struct Parent: Actor {
    let outcomes: Outcomes
    let tell: (ActorRef<Loader.Message>) -> Void

    func started(_ context: Context<Never>) throws {
        let outcomes = outcomes
        tell(try context.spawnChild { Loader(outcomes: outcomes) })
    }

    func receive(_ message: Never, _ context: Context<Never>) {}
}
