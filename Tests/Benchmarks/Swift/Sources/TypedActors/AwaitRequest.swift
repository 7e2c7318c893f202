// Tasks that await what an actor answers: one on the engine's own thread, one elsewhere.

import Backstage
import Harness
import Synchronization

/// Lives on the engine's thread.
private actor Native {
    nonisolated let engine: Engine
    private var asked = Asked()

    nonisolated var unownedExecutor: UnownedSerialExecutor { engine.asUnownedSerialExecutor() }

    init(on engine: Engine) { self.engine = engine }

    func ask(_ answerer: ActorRef<Answerer.Message>, _ count: UInt64) async throws -> Double {
        let figure = try await timed(count) {
            asked.limit += $0
            while asked.wantsMore {
                let question = asked.next()
                asked.learn(try await answerer.request { .question(question, $0) })
            }
        }
        asked.checkAll()
        return figure
    }
}

/// An error ends the run: nobody would stop the engine.
private func orFail<Result>(_ body: () async throws -> Result) async -> Result {
    do {
        return try await body()
    } catch {
        fail("\(error)")
    }
}

/// With the engine as the task's executor too, or with a task of the pool: then Swift's runtime goes by a
/// thread of the pool whenever it resumes.
func awaitOnEngine(_ count: UInt64, prefersEngine: Bool) throws -> [Double] {
    let engine = try Engine()
    let answers = Results<UInt64>()
    let answerer = try engine.spawn { Answerer(results: answers) }
    let native = Native(on: engine)
    let figure = Mutex(0.0)
    Task(executorPreference: prefersEngine ? engine : nil) {
        let told = await orFail { try await native.ask(answerer, count) }
        figure.withLock { $0 = told }
        engine.stop()
    }
    try engine.run()
    try close(engine)
    check(answers.values == [warmUp(count) + count], "answers: \(answers.values)")
    return [figure.withLock { $0 }]
}

private func ask(_ answerer: ActorRef<Answerer.Message>, _ count: UInt64) async throws -> Double {
    var asked = Asked()
    let figure = try await timed(count) {
        asked.limit += $0
        while asked.wantsMore {
            let question = asked.next()
            asked.learn(try await answerer.request { .question(question, $0) })
        }
    }
    asked.checkAll()
    return figure
}

/// Thousands a second.
func awaitElsewhere(_ count: UInt64) throws -> [Double] {
    let engine = try Engine()
    let answers = Results<UInt64>()
    let answerer = try engine.spawn { Answerer(results: answers) }
    let figure = Mutex(0.0)
    try engine.start()
    Task {
        let told = await orFail { try await ask(answerer, count) }
        figure.withLock { $0 = told }
        engine.stop()
    }
    try engine.join()
    try engine.close()
    check(answers.values == [warmUp(count) + count], "answers: \(answers.values)")
    return [figure.withLock { $0 } * 1000]
}
