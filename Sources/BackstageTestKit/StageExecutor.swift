import Backstage

/// Runs Swift's tasks when its stage says so, in the order in which they can go on.
final class StageExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isRetired = false
    }

    private let state = Lock(State())

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isRetired = state.withLock { state in
            if !state.isRetired { state.jobs.append(job) }
            return state.isRetired
        }
        if isRetired { globalConcurrentExecutor.enqueue(job) }
    }

    var hasJobs: Bool { state.withLock { !$0.jobs.isEmpty } }

    /// Runs what there is, but not what comes of that. How much that was.
    func runJobs() -> Int {
        let jobs = takeJobs()
        for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
        return jobs.count
    }

    private func takeJobs() -> [UnownedJob] {
        state.withLock { state in
            defer { state.jobs = [] }
            return state.jobs
        }
    }

    /// Leaves what is there, and all to come, to Swift's own threads.
    func retire() {
        state.withLock { $0.isRetired = true }
        for job in takeJobs() { globalConcurrentExecutor.enqueue(job) }
    }
}
