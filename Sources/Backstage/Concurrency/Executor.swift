import BackstageCore

// An engine is a serial executor: a native actor that names it as its own lives on the engine's thread. It
// is a task executor too: a task that prefers it does not leave that thread in between.

extension Engine: SerialExecutor, TaskExecutor {
    /// Called by Swift's concurrency. Any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        hooks.jobs.add(UnownedJob(job), for: self)
    }

    /// For `unownedExecutor` of a native actor that is to live on the engine's thread.
    ///
    /// ```swift
    /// actor Ledger {
    ///     nonisolated let engine: Engine
    ///     nonisolated var unownedExecutor: UnownedSerialExecutor { engine.asUnownedSerialExecutor() }
    ///     …
    /// }
    /// ```
    ///
    /// Its methods run between the turns of the engine's actors, while the engine runs; there, all that
    /// belongs to the engine's thread may be called without `await`. Once the engine is closed, they run on
    /// the threads that call them, one at a time still.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    /// For a task that prefers to be on the engine's thread wherever it may be on any: with it, such a task
    /// awaits answers of the engine's actors at the least cost.
    ///
    /// ```swift
    /// Task(executorPreference: engine) { try await ledger.balance() }
    /// ```
    public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        UnownedTaskExecutor(ordinary: self)
    }

    func run(_ job: UnownedJob) {
        job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    }

    /// Called by `assumeIsolated` and its like.
    public func checkIsolated() {
        precondition(isHere, "not on the engine's thread, or outside its run")
    }

    /// Whether the caller is isolated to this engine.
    public func isIsolatingCurrentContext() -> Bool? { isHere }

    private var isHere: Bool {
        isClosed ? hooks.jobs.isWorkingHere : Core.current.map { $0 == core } ?? false
    }
}

extension Engine {
    /// Runs a closure on the engine's thread, between the turns of its actors, and waits for what it
    /// returns: how to spawn actors of an engine that was started on a thread of its own.
    ///
    /// ```swift
    /// let counter = try await engine.perform { try $0.spawn { Counter() } }
    /// ```
    ///
    /// It waits until the engine runs. A closure that has begun is not cancelled.
    ///
    /// - Throws: what the closure throws; `closed`.
    @discardableResult
    public func perform<Result: Sendable>(_ body: @escaping @Sendable (Engine) throws -> Result) async throws
        -> Result
    {
        try checkOpen()
        return try await Performer(engine: self).perform(body)
    }
}

private actor Performer {
    nonisolated let engine: Engine
    nonisolated var unownedExecutor: UnownedSerialExecutor { engine.asUnownedSerialExecutor() }

    init(engine: Engine) { self.engine = engine }

    func perform<Result: Sendable>(_ body: @Sendable (Engine) throws -> Result) throws -> Result {
        try engine.checkOpen()
        return try body(engine)
    }
}
