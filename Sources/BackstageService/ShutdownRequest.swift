import Backstage

/// What is asked of a running service from outside, by whichever thread or task, and how far it has come.
package final class ShutdownRequest: Sendable {
    package enum Wish: Int, Comparable, Sendable {
        case none, drain, stop

        package static func < (one: Wish, other: Wish) -> Bool { one.rawValue < other.rawValue }
    }

    private enum Phase {
        case idle, running, ended
    }

    private struct State {
        var phase = Phase.idle
        var wish = Wish.none
    }

    private let state = Lock(State())

    package init() {}

    /// The furthest of all wishes so far.
    package var wish: Wish { state.withLock { $0.wish } }

    /// The engine is about to run, for the first time.
    package func begin() throws(EngineServiceError) {
        let isFirst = state.withLock { state in
            guard state.phase == .idle else { return false }
            state.phase = .running
            return true
        }
        if !isFirst { throw .alreadyRun }
    }

    /// The engine runs no more and is about to be closed: nobody stops it any longer.
    package func end() {
        state.withLock { $0.phase = .ended }
    }

    /// Makes a wish known, and makes the engine's run return, so that its thread sees to that. The engine
    /// is told under the lock: once the thread has seen the wish, or the end has been declared, no stop of
    /// this wish is still to come. To stop an engine takes no other lock and waits for nothing.
    package func make(_ wish: Wish, of engine: Engine) {
        state.withLock { state in
            guard state.wish < wish else { return }
            state.wish = wish
            if state.phase == .running { engine.stop() }
        }
    }
}
