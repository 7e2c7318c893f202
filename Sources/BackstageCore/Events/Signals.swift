import CBackstage
import CLibev
import Synchronization

// libev allows a signal to one loop in the process, and forgets what handled it before. So signals are
// caught here: any number of engines may watch one, and the former disposition comes back.

/// The largest signal number, plus one.
private let signalCount = 65

/// What was caught for one engine, and the sources that wait for it.
struct SignalInbox: ~Copyable {
    let remote: UnsafeMutablePointer<RemoteQueue>
    let isAny: Atomic<Bool>
    let counts: UnsafeMutablePointer<Atomic<UInt32>>
    /// The first source of each signal; the others follow by `peerNext`.
    let sources: UnsafeMutablePointer<Source?>
    /// Among all engines that watch signals. Written with `listenersMutex` held, read by handlers.
    let next: Atomic<UInt>
}

// The process's list of inboxes, and what it replaced. Empty unless an engine watches a signal.

nonisolated(unsafe) private var listenersMutex = pthread_mutex_t()
private let firstListener = Atomic<UInt>(0)
/// Handlers at work on any thread: what they might be reading may not be freed.
private let handlersRunning = Atomic<Int>(0)
nonisolated(unsafe) private var watched: UnsafeMutablePointer<WatchedSignal>?
nonisolated(unsafe) private var watchedTotal = 0

private struct WatchedSignal {
    var watchers = 0
    var former = sigaction()
}

private func inbox(_ address: UInt) -> UnsafeMutablePointer<SignalInbox>? {
    UnsafeMutablePointer(bitPattern: address)
}

/// The handler: counts, and wakes those who sleep. Does nothing that a handler may not do.
private func caught(_ signal: Int32) {
    let savedErrno = clibev_errno()
    handlersRunning.wrappingAdd(1, ordering: .sequentiallyConsistent)
    var next = inbox(firstListener.load(ordering: .sequentiallyConsistent))
    while let this = next {
        this.pointee.counts[Int(signal)].wrappingAdd(1, ordering: .relaxed)
        this.pointee.isAny.store(true, ordering: .sequentiallyConsistent)
        this.pointee.remote.wakeIfAsleep()
        next = inbox(this.pointee.next.load(ordering: .sequentiallyConsistent))
    }
    handlersRunning.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    clibev_set_errno(savedErrno)
}

/// Adds a watcher of a signal to the process's count, or takes one away.
private func changeWatchers(_ signal: Int32, by change: Int) -> Status {
    pthread_mutex_lock(&listenersMutex)
    defer { pthread_mutex_unlock(&listenersMutex) }
    if watched == nil {
        let bytes = signalCount * MemoryLayout<WatchedSignal>.stride
        guard let memory = malloc(bytes) else { return .noMemory }
        watched = memory.assumingMemoryBound(to: WatchedSignal.self)
        watched?.initialize(repeating: WatchedSignal(), count: signalCount)
    }
    guard let watched else { return .noMemory }
    let entry = watched + Int(signal)
    if change > 0, entry.pointee.watchers == 0 {
        var action = sigaction()
        clibev_sigaction_set(&action, caught)
        if sigaction(signal, &action, &entry.pointee.former) != 0 {
            releaseWatchedIfUnused()
            return .system
        }
    } else if change < 0, entry.pointee.watchers == 1 {
        sigaction(signal, &entry.pointee.former, nil)
    }
    entry.pointee.watchers += change
    watchedTotal += change
    releaseWatchedIfUnused()
    return .ok
}

private func releaseWatchedIfUnused() {
    guard watchedTotal == 0 else { return }
    free(watched)
    watched = nil
}

private func enlist(_ inbox: UnsafeMutablePointer<SignalInbox>) {
    pthread_mutex_lock(&listenersMutex)
    inbox.pointee.next.store(firstListener.load(ordering: .relaxed), ordering: .relaxed)
    firstListener.store(UInt(bitPattern: inbox), ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(&listenersMutex)
}

private func delist(_ gone: UnsafeMutablePointer<SignalInbox>) {
    pthread_mutex_lock(&listenersMutex)
    let address = UInt(bitPattern: gone)
    let after = gone.pointee.next.load(ordering: .relaxed)
    if firstListener.load(ordering: .relaxed) == address {
        firstListener.store(after, ordering: .sequentiallyConsistent)
    } else {
        var this = inbox(firstListener.load(ordering: .relaxed))
        while let before = this, before.pointee.next.load(ordering: .relaxed) != address {
            this = inbox(before.pointee.next.load(ordering: .relaxed))
        }
        this?.pointee.next.store(after, ordering: .sequentiallyConsistent)
    }
    pthread_mutex_unlock(&listenersMutex)
    while handlersRunning.load(ordering: .sequentiallyConsistent) != 0 {}
}

extension Actor {
    package func watch(signal: Int32, _ token: UnsafeMutablePointer<UInt64>) -> Status {
        var status = checkActive()
        if status != .ok { return status }
        guard Engine.canWatch(signal) else { return .invalidSignal }
        let engine = pointee.engine
        guard let inbox = engine.makeSignalInbox(), let source = engine.makeSource(.signal, for: self) else {
            return .noMemory
        }
        // What came before is for those who watched then.
        engine.takeSignals()
        status = changeWatchers(signal, by: 1)
        if status != .ok {
            engine.dispose(of: source)
            return status
        }
        source.pointee.reason = UInt32(signal)
        let first = inbox.pointee.sources + Int(signal)
        source.pointee.peerPrevious = nil
        source.pointee.peerNext = first.pointee
        first.pointee?.pointee.peerPrevious = source
        first.pointee = source
        engine.holdHostLoop(true)
        token.pointee = source.token
        return .ok
    }
}

extension Engine {
    /// Whether something was caught since the last look.
    @inline(__always) var hasSignals: Bool {
        guard let inbox = pointee.signals else { return false }
        return inbox.pointee.isAny.load(ordering: .sequentiallyConsistent)
    }

    /// Signals of the C library's own, and those that tell of a fault, which would only come again.
    fileprivate static func canWatch(_ signal: Int32) -> Bool {
        switch signal {
        case SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, 32, 33: false
        default: signal > 0 && signal < signalCount
        }
    }

    fileprivate func makeSignalInbox() -> UnsafeMutablePointer<SignalInbox>? {
        if let inbox = pointee.signals { return inbox }
        guard let memory = allocate(SignalInbox.bytes) else { return nil }
        memset(memory, 0, SignalInbox.bytes)
        let counts = (memory + 64).assumingMemoryBound(to: Atomic<UInt32>.self)
        let sources = (memory + 64 + signalCount * 8).assumingMemoryBound(to: Source?.self)
        let inbox = memory.assumingMemoryBound(to: SignalInbox.self)
        inbox.initialize(
            to: SignalInbox(
                remote: pointee.remote, isAny: Atomic(false), counts: counts, sources: sources,
                next: Atomic(0)))
        enlist(inbox)
        pointee.signals = inbox
        return inbox
    }

    func releaseSignalInbox() {
        guard let inbox = pointee.signals else { return }
        delist(inbox)
        deallocate(UnsafeMutableRawPointer(inbox), SignalInbox.bytes)
        pointee.signals = nil
    }

    func takeSignals() {
        guard let inbox = pointee.signals else { return }
        inbox.pointee.isAny.store(false, ordering: .sequentiallyConsistent)
        for signal in 1..<signalCount {
            let count = inbox.pointee.counts[signal].exchange(0, ordering: .relaxed)
            if count == 0 { continue }
            var next = inbox.pointee.sources[signal]
            while let source = next {
                next = source.pointee.peerNext
                source.pointee.count += UInt64(count)
                raise(source)
            }
        }
    }

    func stopListening(_ source: Source) {
        guard let inbox = pointee.signals else { return }
        let signal = Int32(source.pointee.reason)
        source.pointee.peerNext?.pointee.peerPrevious = source.pointee.peerPrevious
        if let previous = source.pointee.peerPrevious {
            previous.pointee.peerNext = source.pointee.peerNext
        } else {
            inbox.pointee.sources[Int(signal)] = source.pointee.peerNext
        }
        _ = changeWatchers(signal, by: -1)
        holdHostLoop(false)
    }

    /// A watched signal keeps the host's loop running, as a watcher of libev's own would.
    fileprivate func holdHostLoop(_ holds: Bool) {
        if !pointee.isGuest { return }
        if holds { ev_ref(loop) } else { ev_unref(loop) }
    }
}

extension SignalInbox {
    fileprivate static var bytes: Int { 64 + signalCount * 16 }
}
