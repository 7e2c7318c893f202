import Backstage

/// Asynchronous code on a ``Stage``: see ``Stage/start(_:)``.
public final class StagedTask<Value: Sendable>: Sendable {
    private let outcome = Lock<Result<Value, any Error>?>(nil)
    private let task = Lock<Task<Void, Never>?>(nil)

    fileprivate init() {}

    fileprivate func begin(on executor: StageExecutor, _ body: @escaping @Sendable () async throws -> Value) {
        let begun = Task(executorPreference: executor) { [self] in
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            outcome.withLock { $0 = result }
        }
        task.withLock { $0 = begun }
    }

    /// What it returned or threw; nil if it is not done.
    public var result: Result<Value, any Error>? { outcome.withLock { $0 } }

    /// Whether it has returned, or thrown.
    public var isDone: Bool { result != nil }

    /// What it returned.
    ///
    /// - Throws: what it threw; ``ExpectationFailure`` if it is not done.
    public func value(file: String = #fileID, line: Int = #line) throws -> Value {
        guard let result else {
            throw ExpectationFailure(
                expected: "the task to be done", got: "it still waits", file: file, line: line)
        }
        return try result.get()
    }

    /// Cancels it; what follows from that happens as the stage runs on.
    public func cancel() { task.withLock { $0 }?.cancel() }
}

/// A task whatever it returns.
protocol AnyStagedTask {
    var isDone: Bool { get }
    func cancel()
}

extension StagedTask: AnyStagedTask {}

extension Stage {
    /// Begins asynchronous code that goes on as the stage runs: in ``settle(file:line:)``,
    /// ``advance(by:file:line:)`` and so on, and nowhere else.
    ///
    /// ```swift
    /// let answer = stage.start { try await slow.request(timeout: .seconds(5)) { .ask($0) } }
    /// try stage.advance(by: .seconds(4))
    /// #expect(!answer.isDone)
    /// try stage.advance(by: .seconds(1))
    /// #expect(throws: BackstageError.timeout) { try answer.value() }
    /// ```
    ///
    /// It runs on the test's thread, and so do its child tasks and the native actors without an executor of
    /// their own that it calls: there is no other thread, and so no race. Code that waits for anything but
    /// the stage belongs into ``runOnThread(_:)``.
    @discardableResult
    public func start<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value)
        -> StagedTask<Value>
    {
        let task = StagedTask<Value>()
        tasks.removeAll { $0.isDone }
        tasks.append(task)
        task.begin(on: executor, body)
        return task
    }

    /// Runs the engine until asynchronous code is done. When all wait, time passes up to the next moment at
    /// which something is due.
    ///
    /// ```swift
    /// let total = try stage.run { try await counter.request { .total($0) } }
    /// ```
    ///
    /// It may take an hour of the stage's time, unless another duration is given. To decide on the time
    /// yourself, use ``start(_:)``.
    ///
    /// - Returns: what the closure returns.
    /// - Throws: what the closure throws; ``ExpectationFailure`` if it is not done by then, or waits for what
    ///   will never come: then it is cancelled. As ``settle(file:line:)``.
    @discardableResult
    public func run<Value: Sendable>(
        within duration: Duration = .seconds(3600), file: String = #fileID, line: Int = #line,
        _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let end = now + duration
        let task = start(body)
        try settle(file: file, line: line)
        while !task.isDone {
            guard let due = engine.nextDue else {
                try abandon(task, "to be done", "waits, and nothing is left that could happen", file, line)
            }
            guard due <= end else {
                try abandon(task, "to be done within \(duration)", "still waits", file, line)
            }
            try move(to: due, file, line)
        }
        return try task.value(file: file, line: line)
    }

    private func abandon<Value>(
        _ task: StagedTask<Value>, _ expected: String, _ got: String, _ file: String, _ line: Int
    ) throws -> Never {
        task.cancel()
        try settle(file: file, line: line)
        throw ExpectationFailure(
            expected: "the closure \(expected)", got: "it \(got)", file: file, line: line)
    }

    /// Asks an actor, and runs the engine until it has answered: ``run(within:file:line:_:)`` with a request.
    ///
    /// ```swift
    /// #expect(try stage.request(counter) { .total($0) } == 5)
    /// ```
    ///
    /// - Throws: what `ActorRef.request` throws; ``ExpectationFailure`` if no answer will ever come.
    public func request<Message: Sendable, Reply: Sendable>(
        _ ref: ActorRef<Message>, timeout: Duration? = nil, file: String = #fileID, line: Int = #line,
        _ make: @escaping @Sendable (ReplyTo<Reply>) -> Message
    ) throws -> Reply {
        try run(file: file, line: line) { try await ref.request(timeout: timeout, make) }
    }
}
