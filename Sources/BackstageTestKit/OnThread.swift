import Backstage

/// Who was done first.
private enum Outcome<Value: Sendable>: Sendable {
    case body(Result<Value, any Error>)
    case engine((any Error)?)
}

extension Stage {
    /// Runs the engine on a thread of its own until asynchronous code is done: for code that waits for more
    /// than the stage, as other threads, the main actor, or another process.
    ///
    /// ```swift
    /// try await stage.runOnThread { try await importer.importAll(into: store) }
    /// ```
    ///
    /// The stage's clock stands still meanwhile, and what happens is no longer the same every time. Prefer
    /// ``run(within:file:line:_:)`` where it will do.
    ///
    /// - Returns: what the closure returns.
    /// - Throws: what the closure throws; what ends the engine's run: then the closure is cancelled.
    @discardableResult
    nonisolated(nonsending) public func runOnThread<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let engine = engine
        jobs += executor.runJobs()
        try engine.start()
        let (result, failure) = await withTaskGroup(of: Outcome<Value>.self) { group in
            group.addTask { .body(await outcome(of: body)) }
            group.addTask { await end(of: engine) }
            return await Self.wait(for: &group, engine)
        }
        try engine.adopt()
        if let failure { throw failure }
        guard let result else { throw CancellationError() }
        return try result.get()
    }

    /// Waits for the closure and the run, whichever is done first, and ends the other.
    nonisolated(nonsending) private static func wait<Value>(
        for group: inout TaskGroup<Outcome<Value>>, _ engine: Engine
    ) async -> (Result<Value, any Error>?, (any Error)?) {
        var result: Result<Value, any Error>?
        var failure: (any Error)?
        while let outcome = await group.next() {
            switch outcome {
            case .body(let value):
                result = value
                engine.stop()
            case .engine(let error):
                failure = error
                if error != nil { group.cancelAll() }
                // An actor may have stopped the engine: the closure still needs it.
                if error == nil, result == nil, !group.isCancelled, restart(engine) {
                    group.addTask { await end(of: engine) }
                }
            }
        }
        return (result, failure)
    }

    private static func restart(_ engine: Engine) -> Bool {
        do {
            try engine.adopt()
            try engine.start()
            return true
        } catch {
            return false
        }
    }
}

private func outcome<Value: Sendable>(of body: @Sendable () async throws -> Value) async
    -> Result<Value, any Error>
{
    do { return .success(try await body()) } catch { return .failure(error) }
}

private func end<Value>(of engine: Engine) async -> Outcome<Value> {
    do {
        try await engine.finished()
        return .engine(nil)
    } catch {
        return .engine(error)
    }
}
