import Backstage
import Glibc
import Synchronization
import Testing

/// A thread that can be waited for.
final class TestThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private var thread = pthread_t()

    init(_ body: @escaping @Sendable () -> Void) {
        let state = Unmanaged.passRetained(Body(body)).toOpaque()
        let result = pthread_create(
            &thread, nil,
            { state in
                guard let state else { return nil }
                Unmanaged<Body>.fromOpaque(state).takeRetainedValue().run()
                return nil
            }, state)
        precondition(result == 0, "no thread to be had")
    }

    func join() { pthread_join(thread, nil) }

    /// Nobody will wait for it.
    func detach() { pthread_detach(thread) }
}

/// Runs a closure on a thread of its own, and waits for it.
func onAnotherThread(_ body: @escaping @Sendable () -> Void) { TestThread(body).join() }

/// What one gives and tasks wait for.
final class Promise<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiters: [CheckedContinuation<Value, Never>] = []
    }
    private let state = Mutex(State())

    func give(_ value: Value) {
        let waiters = state.withLock { state in
            if state.value == nil { state.value = value }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }

    var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let value: Value? = state.withLock { state in
                    if state.value == nil { state.waiters.append(continuation) }
                    return state.value
                }
                if let value { continuation.resume(returning: value) }
            }
        }
    }
}

/// An engine that runs on a thread of its own while the closure does; then it is closed, and its ledger
/// must hold.
func withStarted(
    _ options: EngineOptions = EngineOptions(), _ body: (Engine) async throws -> Void
) async throws {
    let engine = try Engine(options)
    try engine.start()
    do {
        try await body(engine)
    } catch {
        try? engine.close()
        throw error
    }
    try engine.close()
    let statistics = try engine.statistics()
    #expect(statistics.accepted == statistics.handled + statistics.dead)
    #expect(statistics.actors == 0)
}

extension Engine {
    /// Comes back once the engine's thread has found a condition to hold, that must come.
    func waitUntil(_ condition: @escaping @Sendable (Engine) throws -> Bool) async throws {
        while try await !perform(condition) { await Task.yield() }
    }
}

/// Runs a closure on a thread of its own, for what blocks until tasks have run: those need the threads that
/// tests run on.
func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    let result: Result<Void, any Error> = await withCheckedContinuation { continuation in
        TestThread { continuation.resume(returning: Result { try body() }) }.detach()
    }
    try result.get()
}
