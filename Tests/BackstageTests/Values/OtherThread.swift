import Foundation
import Synchronization

/// Runs a closure on a thread of its own, and waits for its end.
func elsewhere(_ body: @escaping @Sendable () throws -> Void) throws {
    try startThread(body).join()
}

/// Starts a thread.
func startThread(_ body: @escaping @Sendable () throws -> Void) -> RunningThread {
    let running = RunningThread()
    let thread = Thread {
        running.end(with: Result { try body() })
    }
    thread.start()
    return running
}

/// A thread that was started, to wait for.
final class RunningThread: Sendable {
    private let isOver = DispatchSemaphore(value: 0)
    private let result = Mutex<Result<Void, any Error>?>(nil)

    fileprivate func end(with outcome: Result<Void, any Error>) {
        result.withLock { $0 = outcome }
        isOver.signal()
    }

    /// Waits for its end, once; throws what it threw.
    func join() throws {
        isOver.wait()
        try result.withLock { $0 }?.get()
    }
}
