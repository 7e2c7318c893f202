import BackstageCore
import CBackstage

/// A descriptor watched outside any actor, until it is cancelled or the engine is closed.
public final class HostWatcher {
    // The engine holds this, not the reverse: else an engine forgotten would never close.
    private weak var engine: Engine?
    fileprivate let body: (IOEvents) -> Void
    fileprivate var token: UInt64 = 0
    private var isCancelled = false

    fileprivate init(_ engine: Engine, _ body: @escaping (IOEvents) -> Void) {
        self.engine = engine
        self.body = body
    }

    /// Ends it. Cancelling again does nothing.
    ///
    /// - Throws: `wrongThread`.
    public func cancel() throws(BackstageError) {
        guard !isCancelled, let engine, !engine.isClosed else { return }
        try engine.checkHere()
        _ = engine.core.unwatch(token)
        isCancelled = true
        engine.hooks.watchers[token] = nil
    }
}

extension Engine {
    /// Watches a descriptor outside any actor, for as long as it is ready: how another event loop can be
    /// driven by this one. Cancel it before you close the descriptor. The engine holds the closure.
    ///
    /// - Throws: `badDescriptor`; `invalidArgument` unless the events are readable, writable or both;
    ///   `noMemory`, `wrongThread`, `closed`.
    @discardableResult
    public func watch(
        descriptor: Int32, for events: IOEvents, _ body: @escaping (IOEvents) -> Void
    ) throws(BackstageError) -> HostWatcher {
        try checkHere()
        let watcher = HostWatcher(self, body)
        let state = Unmanaged.passUnretained(watcher).toOpaque()
        try throwing(core.watch(fd: descriptor, events.rawValue, hostIsReady, state, &watcher.token))
        hooks.watchers[watcher.token] = watcher
        return watcher
    }
}

private func hostIsReady(
    _ engine: OpaquePointer?, _ fd: Int32, _ events: UInt32, _ state: UnsafeMutableRawPointer?
) {
    guard let state else { return }
    Unmanaged<HostWatcher>.fromOpaque(state).takeUnretainedValue().body(IOEvents(rawValue: events))
}
