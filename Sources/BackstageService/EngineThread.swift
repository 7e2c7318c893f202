#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A thread for an engine, so that none of the few threads on which Swift's tasks run is held up.
package struct EngineThread {
    private let handle: pthread_t

    /// Begins to run `body` on a new thread.
    package init(_ body: @escaping @Sendable () -> Void) throws(EngineServiceError) {
        let work = Unmanaged.passRetained(Work(body))
        var handle = pthread_t()
        let status = pthread_create(
            &handle, nil,
            { argument in
                Unmanaged<Work>.fromOpaque(argument.unsafelyUnwrapped).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard status == 0 else {
            work.release()
            throw .noThread(errno: status)
        }
        self.handle = handle
    }

    /// Waits for the end of the thread. Meant for when `body` has nothing left to do.
    package func join() {
        pthread_join(handle, nil)
    }
}

private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
