import CLibev

/// A value behind a mutex of the system's. Not `Synchronization.Mutex`, whose waits ThreadSanitizer does not
/// know, so that it reports races where there are none.
package final class Lock<Value>: @unchecked Sendable {
    // Unchecked: the value is read and written with the mutex held only.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var value: Value

    package init(_ value: sending Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    package func withLock<Result, Failure: Error>(_ body: (inout Value) throws(Failure) -> sending Result)
        throws(Failure) -> sending Result
    {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
