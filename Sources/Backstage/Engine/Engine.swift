import BackstageCore
import CBackstage
import CLibev
import Synchronization

/// Runs actors, one callback at a time, on one thread.
///
/// ```swift
/// let engine = try Engine()
/// let greeter = try engine.spawn("greeter") { Greeter() }
/// try greeter.send(.hello("world"))
/// try engine.run(.untilIdle)
/// try engine.close()
/// ```
///
/// **Threads.** An engine belongs to the thread that made it, until ``start()`` gives it one of its own, or
/// ``adopt()`` makes it another's. Refs may be used on any thread, and so may what says so here; all else
/// throws ``BackstageError/wrongThread`` elsewhere. From any task, ``perform(_:)`` runs a closure on the
/// engine's thread; and as the engine is a serial executor, a native actor can live there too, see
/// <doc:SwiftConcurrency>.
///
/// **The end.** ``close()`` ends all actors, children before their parents. An engine that nobody holds any
/// more closes itself.
public final class Engine: @unchecked Sendable {
    // Unchecked: `core` is the engine's thread's, but for calls that are made for any; the core sees to
    // both. All else is behind a lock, or constant.
    let core: Core
    let hooks: EngineHooks
    let number: UInt32
    let life = Lock(EngineLife())
    let ended = Atomic<Bool>(false)

    /// Makes an engine that belongs to the calling thread.
    ///
    /// - Parameters:
    ///   - options: its clock, its limits, and who sees its log and dead letters.
    ///   - loop: a `struct ev_loop *` of libev's, to run inside: then the engine works whenever that loop
    ///     runs on the engine's thread, and holds it open only while it has something to do. The loop must
    ///     outlive the engine. nil: a loop of its own.
    /// - Throws: `invalidArgument` for a number out of range, `noMemory`, `system`; `limit` if 1024 engines
    ///   are open.
    public init(_ options: EngineOptions = EngineOptions(), in loop: OpaquePointer? = nil)
        throws(BackstageError)
    {
        hooks = EngineHooks(options)
        guard var chosen = options.forCore(hooks) else { throw .invalidArgument }
        chosen.loop = loop
        var made: Core?
        try throwing(Core.create(chosen, &made))
        core = made.unsafelyUnwrapped
        guard let number = EngineTable.add(core) else {
            _ = core.destroy()
            throw .limit
        }
        self.number = number
        hooks.number = number
        hooks.engine = self
        hooks.attach(to: core)
    }

    private init(attachedTo core: Core) throws(BackstageError) {
        hooks = EngineHooks(EngineOptions())
        guard let number = EngineTable.add(core) else { throw .limit }
        self.core = core
        self.number = number
        hooks.number = number
        hooks.engine = self
        hooks.attached = self
        hooks.attach(to: core)
    }

    /// The engine that a C or Python program made, for actors of Swift in it: a plug-in's, say. That
    /// program goes on to own it, and ends it.
    ///
    /// The caller is on the engine's thread, and `handle` is a `backstage_engine *` of the library that this
    /// module is linked into.
    ///
    /// - Throws: `wrongThread`, `limit`.
    public static func attached(to handle: OpaquePointer) throws(BackstageError) -> Engine {
        let core = Core(handle)
        try throwing(core.check())
        if let state = core.pointee.companion.state {
            return Unmanaged<EngineHooks>.fromOpaque(state).takeUnretainedValue().engine
        }
        return try Engine(attachedTo: core)
    }

    deinit {
        if ended.load(ordering: .acquiring) { return }
        // Nobody else has the engine, so it can be this thread's; perhaps inside another's callback.
        let outer = clibev_current()
        clibev_set_current(nil)
        _ = core.adopt()
        EngineTable.adopt(number)
        _ = core.destroy()
        clibev_set_current(outer)
    }

    /// Ends all actors, children before their parents, and frees what the engine holds. What was queued
    /// becomes dead letters. An engine that runs on a thread of its own is stopped first. Closing it again
    /// does nothing.
    ///
    /// - Throws: `wrongThread` if the engine belongs to another thread, and was not started on one of its
    ///   own; `inCallback` inside any callback.
    public func close() throws(BackstageError) {
        if ended.load(ordering: .acquiring) { return }
        if Core.isInCallback { throw .inCallback }
        if hasThread {
            stop()
            try? join()
            try adopt()
        }
        try throwing(core.destroy())
    }

    /// Called by the core as it ends, whoever ended it.
    func coreHasEnded() {
        ended.store(true, ordering: .releasing)
        hooks.gateway = nil
        hooks.watchers = [:]
        hooks.jobs.close(self)
    }

    /// Whether the engine has been closed. Any thread.
    public var isClosed: Bool { ended.load(ordering: .acquiring) }

    /// Makes the calling thread the engine's. Nobody else may be using the engine meanwhile.
    ///
    /// - Throws: `inCallback` while the engine runs, here or on a thread of its own.
    public func adopt() throws(BackstageError) {
        try checkOpen()
        if hasRunningThread { throw .inCallback }
        try throwing(core.adopt())
        EngineTable.adopt(number)
    }

    /// The engine as C knows it: a `backstage_engine *`, valid until it is closed.
    public var handle: OpaquePointer { core.handle }

    func checkOpen() throws(BackstageError) {
        if isClosed { throw .closed }
    }

    /// Throws unless the engine may be used here and now.
    func checkHere() throws(BackstageError) {
        try checkOpen()
        try throwing(core.check())
    }
}
