/// Asynchronous work that an actor has done for it: see ``Context/task(priority:_:then:)``.
public final class ActorTask: Sendable {
    private struct State {
        var work: Task<Void, Never>?
        var isCancelled = false
        var isUnwanted = false
    }

    let number: UInt64
    private let state = Lock(State())

    init(number: UInt64) { self.number = number }

    func start(_ work: Task<Void, Never>) {
        let isCancelled = state.withLock { state in
            state.work = work
            return state.isCancelled
        }
        if isCancelled { work.cancel() }
    }

    /// Cancels the work, as far as that looks. Any thread.
    public func cancel() {
        let work = state.withLock { state in
            state.isCancelled = true
            return state.work
        }
        work?.cancel()
    }

    /// Cancels it, and wants nothing of it any more.
    func abandon() {
        state.withLock { $0.isUnwanted = true }
        cancel()
    }

    var isUnwanted: Bool { state.withLock { $0.isUnwanted } }
}
