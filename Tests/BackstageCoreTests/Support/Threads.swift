import Glibc
import Testing

private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// Runs `body` on threads of its own, by number, and `meanwhile` on this one; then waits for all.
func withThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void, meanwhile: () -> Void) throws {
    var threads: [pthread_t] = []
    for number in 0..<count {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work { body(number) })
        let status = pthread_create(
            &thread, nil,
            { work in
                Unmanaged<Work>.fromOpaque(work!).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        try #require(status == 0)
        threads.append(thread)
    }
    meanwhile()
    for thread in threads { #expect(pthread_join(thread, nil) == 0) }
}
