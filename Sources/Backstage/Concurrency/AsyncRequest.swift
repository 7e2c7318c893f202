import BackstageCore

/// A request made by a task: what it waits for, and how it is given up.
private final class AsyncRequest<Reply: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Reply, any Error>?
        var result: Result<Reply, any Error>?
        /// Of the engine's, once it is made.
        var token: UInt64?
    }

    private let state = Lock(State())

    /// The first result holds.
    func finish(_ result: Result<Reply, any Error>) {
        let continuation: CheckedContinuation<Reply, any Error>? = state.withLock { state in
            guard state.result == nil else { return nil }
            state.result = result
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(with: result)
    }

    func wait(_ continuation: CheckedContinuation<Reply, any Error>) {
        let result: Result<Reply, any Error>? = state.withLock { state in
            if state.result == nil { state.continuation = continuation }
            return state.result
        }
        if let result { continuation.resume(with: result) }
    }

    var isFinished: Bool { state.withLock { $0.result != nil } }

    /// Notes the request; false if it has been given up already.
    func note(_ token: UInt64) -> Bool {
        state.withLock { state in
            state.token = token
            return state.result == nil
        }
    }

    var token: UInt64? { state.withLock { $0.token } }
}

extension ActorRef {
    /// Asks for an answer, and waits for it.
    ///
    /// ```swift
    /// let count = try await greeter.request { .count($0) }
    /// ```
    ///
    /// From any task. The closure makes the message, around the ``ReplyTo`` that the actor is to answer; it
    /// runs on the engine's thread. If the task is cancelled, the request is given up: an answer that still
    /// comes is a dead letter.
    ///
    /// - Parameters:
    ///   - timeout: of the engine's time; nil waits for as long as the actor lives.
    ///   - isolation: where it is called; leave it out.
    ///   - make: makes the message, around the ``ReplyTo`` that the actor is to answer.
    /// - Throws: `timeout`; `notFound`; `stopped` if the actor ended, or failed on the message; `inboxFull`,
    ///   `queueFull`, `ending`, `closed`; and `CancellationError`.
    public func request<Reply: Sendable>(
        timeout: Duration? = nil, isolation: isolated (any _Concurrency.Actor)? = #isolation,
        _ make: @escaping @Sendable (ReplyTo<Reply>) -> Message
    ) async throws -> Reply {
        try Task.checkCancellation()
        let request = AsyncRequest<Reply>()
        try begin(request, timeout, make)
        return try await withTaskCancellationHandler {
            // On whose behalf it asks, so that the closure stays where that is.
            _ = isolation
            return try await withCheckedThrowingContinuation { request.wait($0) }
        } onCancel: {
            request.finish(.failure(CancellationError()))
            cancel(request)
        }
    }

    /// Asks for an answer, and blocks until it is there: for threads that no task runs on.
    ///
    /// On the engine's own thread, outside callbacks, the engine is run meanwhile.
    ///
    /// - Throws: as the asynchronous one; `inCallback` inside any callback.
    public func requestAndWait<Reply: Sendable>(
        timeout: Duration? = nil, _ make: @escaping @Sendable (ReplyTo<Reply>) -> Message
    ) throws(BackstageError) -> Reply {
        if Core.isInCallback { throw .inCallback }
        let request = AsyncRequest<Reply>()
        let over = Signal()
        let answer = Lock<Result<Reply, BackstageError>?>(nil)
        let finish: @Sendable (Result<Reply, BackstageError>) -> Void = { result in
            answer.withLock { $0 = result }
            over.raise()
        }
        try begin(request, timeout, make, finish)
        let own: Status?? = EngineTable.with(engineNumber & ~foreignBit) { core in
            if core.check() != 0 { return nil }
            let nanoseconds = timeout.map { max(1, $0.nanoseconds) } ?? -1
            let (result, runStatus) = core.run(timeout: nanoseconds) { answer.withLock { $0 != nil } }
            return runStatus != 0 ? runStatus : result
        }
        guard let own else { throw .closed }
        if own == nil { over.wait() }
        if let result = answer.withLock({ $0 }) { return try result.get() }
        // The time was over, or the run was stopped, or ended by a failure.
        cancel(request)
        try throwing(own ?? 0)
        throw .stopped
    }

    private func begin<Reply: Sendable>(
        _ request: AsyncRequest<Reply>, _ timeout: Duration?,
        _ make: @escaping @Sendable (ReplyTo<Reply>) -> Message,
        _ finish: (@Sendable (Result<Reply, BackstageError>) -> Void)? = nil
    ) throws(BackstageError) {
        let finish = finish ?? { request.finish($0.mapError { $0 }) }
        try onThread(of: engineNumber & ~foreignBit) { engine in
            guard let engine else { return finish(.failure(.closed)) }
            if request.isFinished { return }
            do throws(BackstageError) {
                let gateway = try engine.gateway()
                let state = Unmanaged.passUnretained(gateway.cell).toOpaque()
                let asked = try Backstage.request(state, self, timeout, make) { slot, state in
                    engine.hooks.asking[slot.pointee.token] = nil
                    finish(outcome(of: slot, state))
                    return 0
                }
                engine.hooks.asking[asked.token] = { finish(.failure(.closed)) }
                if !request.note(asked.token) { engine.cancel(asked) }
            } catch {
                finish(.failure(error))
            }
        }
    }

    private func cancel<Reply: Sendable>(_ request: AsyncRequest<Reply>) {
        // If there is no room for that, its answer or its timeout ends the request.
        try? onThread(of: engineNumber & ~foreignBit) { engine in
            if let token = request.token { engine?.cancel(Request(token: token)) }
        }
    }
}

extension Engine {
    fileprivate func cancel(_ request: Request) {
        hooks.gateway?.cell.cancel(request)
        hooks.asking[request.token] = nil
    }

    static func of(_ core: Core) -> Engine? {
        guard let state = core.pointee.companion.state else { return nil }
        return Unmanaged<EngineHooks>.fromOpaque(state).takeUnretainedValue().engine
    }
}
