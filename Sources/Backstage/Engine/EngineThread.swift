import BackstageCore
import CLibev

/// Whether an engine runs on a thread of its own, and who waits for that to end.
struct EngineLife {
    enum Stage {
        case none, running
        case over(BackstageError?)
    }

    var stage = Stage.none
    var waiters: [@Sendable (BackstageError?) -> Void] = []
}

extension Engine {
    /// Runs the engine on a thread of its own, until it is stopped, drained or a failure escalates. From
    /// here on it belongs to that thread: reach it by refs, by ``perform(_:)`` and from its actors.
    ///
    /// The thread holds the engine. Called by who owns the engine now, outside callbacks; can be called
    /// again once a run is over.
    ///
    /// - Throws: `inCallback`; `wrongThread` if it runs already, or belongs to another thread; `system` if
    ///   there is no thread to be had; `closed`.
    public func start() throws(BackstageError) {
        try checkOpen()
        if Core.isInCallback { throw .inCallback }
        let mayStart = life.withLock { life in
            if case .running = life.stage { return false }
            // Once a thread of its own is done with it, it is nobody's.
            if case .none = life.stage, core.check() != 0 { return false }
            life.stage = .running
            return true
        }
        guard mayStart else { throw .wrongThread }
        let ready = Signal()
        let isStarted = startThread { [self] in
            _ = core.adopt()
            EngineTable.adopt(number)
            ready.raise()
            runToEnd()
        }
        guard isStarted else {
            life.withLock { $0.stage = .none }
            throw .system
        }
        ready.wait()
    }

    private func runToEnd() {
        var failure: BackstageError?
        do throws(BackstageError) { try run() } catch { failure = error }
        EngineTable.disown(number)
        core.disown()
        let waiters = life.withLock { life in
            life.stage = .over(failure)
            defer { life.waiters = [] }
            return life.waiters
        }
        for waiter in waiters { waiter(failure) }
    }

    var hasRunningThread: Bool {
        life.withLock {
            if case .running = $0.stage { return true }
            return false
        }
    }

    /// Whether a thread of its own has it, or had it last.
    var hasThread: Bool {
        life.withLock {
            if case .none = $0.stage { return false }
            return true
        }
    }

    /// Calls back when the run on the engine's own thread is over: at once if it is.
    func whenOver(_ body: @escaping @Sendable (BackstageError?) -> Void) {
        let result: BackstageError?? = life.withLock { life in
            switch life.stage {
            case .none: return .some(nil)
            case .over(let failure): return .some(failure)
            case .running:
                life.waiters.append(body)
                return nil
            }
        }
        if let result { body(result) }
    }

    /// Blocks until the run that ``start()`` began is over. Not inside callbacks.
    ///
    /// - Throws: what ended that run: see ``run(_:timeout:)``. `inCallback`.
    public func join() throws(BackstageError) {
        if Core.isInCallback { throw .inCallback }
        let over = Signal()
        let result = Lock<BackstageError?>(nil)
        withExtendedLifetime(self) {
            whenOver { failure in
                result.withLock { $0 = failure }
                over.raise()
            }
            over.wait()
        }
        if let failure = result.withLock({ $0 }) { throw failure }
    }

    /// Waits until the run that ``start()`` began is over. If the task is cancelled, the engine is stopped.
    ///
    /// - Throws: what ended that run: see ``run(_:timeout:)``.
    public func finished() async throws {
        let failure: BackstageError? = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                whenOver { continuation.resume(returning: $0) }
            }
        } onCancel: {
            stop()
        }
        if let failure { throw failure }
    }
}
