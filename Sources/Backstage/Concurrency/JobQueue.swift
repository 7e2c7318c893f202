import BackstageCore
import CLibev

/// What Swift's concurrency wants done on the engine's thread, in order. The engine does it between turns,
/// as much at a time as there was when it looked.
final class JobQueue: Sendable {
    private struct State {
        var jobs: [UnownedJob] = []
        /// The thread that does what comes in once the engine is closed.
        var worker: UInt?
        var isClosed = false
    }

    private let state = Lock(State())

    func add(_ job: UnownedJob, for engine: Engine) {
        let isClosed = state.withLock { state in
            state.jobs.append(job)
            return state.isClosed
        }
        if isClosed || EngineTable.with(engine.number, { $0.requestWork() }) == nil { runRest(on: engine) }
    }

    /// Runs what has come in. The engine's thread.
    func run(on engine: Engine) {
        let jobs = state.withLock { state in
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in jobs { engine.run(job) }
    }

    /// The engine ends. Who waits for it must not wait for ever, so its jobs go on, one at a time, on the
    /// threads that they come from.
    func close(_ engine: Engine) {
        state.withLock { $0.isClosed = true }
        runRest(on: engine)
    }

    private func runRest(on engine: Engine) {
        while true {
            let job: UnownedJob? = state.withLock { state in
                let isMine = state.worker == nil || state.worker == clibev_thread()
                guard state.isClosed, isMine, !state.jobs.isEmpty else { return nil }
                // A job that adds another lets it wait for its end.
                if state.worker != nil { return nil }
                state.worker = clibev_thread()
                return state.jobs.removeFirst()
            }
            guard let job else { return }
            engine.run(job)
            state.withLock { $0.worker = nil }
        }
    }

    /// Whether this thread is doing what came in after the end.
    var isWorkingHere: Bool { state.withLock { $0.worker == clibev_thread() } }
}
