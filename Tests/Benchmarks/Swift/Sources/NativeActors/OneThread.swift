// An executor that actors can share: one thread, jobs in the order in which they come.

import Glibc
import Harness

/// As a program with an event loop would have one. Between actors that share it an `await` changes
/// neither thread nor executor: Swift's runtime then goes on at once, and no job is queued.
final class OneThread: SerialExecutor {
    static let shared = OneThread()

    // Everything below is used under the lock alone.
    private nonisolated(unsafe) let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private nonisolated(unsafe) let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private nonisolated(unsafe) var jobs: [UnownedJob] = []

    private init() {
        pthread_mutex_init(lock, nil)
        pthread_cond_init(change, nil)
        _ = OtherThread { self.work() }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pthread_mutex_lock(lock)
        jobs.append(job)
        pthread_cond_signal(change)
        pthread_mutex_unlock(lock)
    }

    private func work() -> Never {
        var taken: [UnownedJob] = []
        while true {
            pthread_mutex_lock(lock)
            while jobs.isEmpty { pthread_cond_wait(change, lock) }
            swap(&jobs, &taken)
            pthread_mutex_unlock(lock)
            for job in taken { job.runSynchronously(on: asUnownedSerialExecutor()) }
            taken.removeAll(keepingCapacity: true)
        }
    }
}
