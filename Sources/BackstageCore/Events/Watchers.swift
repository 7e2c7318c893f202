import CBackstage
import CLibev

/// A libev watcher of a descriptor, for an actor or for the host.
struct IOWatcher {
    /// First, so that libev's pointer to it is a pointer to this.
    var watcher = ev_io()
    let engine: Engine
    let source: Source
    let callback: backstage_fd_callback?
    let state: UnsafeMutableRawPointer?
    /// How often it was ready again before that was handled.
    var repeats: UInt32 = 0
}

/// So often a descriptor may be ready again before it is no longer looked at: to stop and start
/// looking costs two calls of the system.
private let repeatsMax: UInt32 = 8

extension Actor {
    package func watch(fd: Int32, _ events: UInt32, _ token: UnsafeMutablePointer<UInt64>) -> Status {
        var status = checkActive()
        if status != .ok { return status }
        status = Engine.checkDescriptor(fd, events)
        if status != .ok { return status }
        let engine = pointee.engine
        guard let source = engine.makeSource(.io, for: self) else { return .noMemory }
        guard engine.startWatching(source, fd, events, nil, nil) else {
            engine.dispose(of: source)
            return .noMemory
        }
        token.pointee = source.token
        return .ok
    }

    package func unwatch(_ token: UInt64) -> Status {
        let status = check()
        if status != .ok { return status }
        guard let source = pointee.engine.source(token, of: self),
            source.pointee.kind == .io || source.pointee.kind == .signal
        else { return .notFound }
        pointee.engine.cancel(source)
        return .ok
    }
}

extension Engine {
    package func watch(
        fd: Int32, _ events: UInt32, _ callback: @escaping backstage_fd_callback,
        _ state: UnsafeMutableRawPointer?, _ token: UnsafeMutablePointer<UInt64>
    ) -> Status {
        let status = Self.checkDescriptor(fd, events)
        if status != .ok { return status }
        guard let source = pointee.sources.take(in: self) else { return .noMemory }
        guard startWatching(source, fd, events, callback, state) else {
            pointee.sources.give(source)
            return .noMemory
        }
        source.pointee.kind = .hostIO
        source.pointee.isPending = false
        source.pointee.previous = nil
        source.pointee.next = pointee.hostWatchers
        pointee.hostWatchers?.pointee.previous = source
        pointee.hostWatchers = source
        token.pointee = source.token
        return .ok
    }

    package func unwatch(_ token: UInt64) -> Status {
        guard let source = pointee.sources.find(token), source.pointee.kind == .hostIO else {
            return .notFound
        }
        unwatchHost(source)
        return .ok
    }

    func unwatchHost(_ source: Source) {
        stopWatching(source)
        source.pointee.next?.pointee.previous = source.pointee.previous
        if let previous = source.pointee.previous {
            previous.pointee.next = source.pointee.next
        } else {
            pointee.hostWatchers = source.pointee.next
        }
        pointee.sources.give(source)
    }

    fileprivate static func checkDescriptor(_ fd: Int32, _ events: UInt32) -> Status {
        let known = UInt32(BACKSTAGE_READABLE | BACKSTAGE_WRITABLE)
        if events == 0 || events & ~known != 0 { return .invalidArgument }
        return isOpen(fd) ? .ok : .badDescriptor
    }

    private static func isOpen(_ fd: Int32) -> Bool { fd >= 0 && clibev_is_open(fd) != 0 }

    /// False without memory.
    fileprivate func startWatching(
        _ source: Source, _ fd: Int32, _ events: UInt32, _ callback: backstage_fd_callback?,
        _ state: UnsafeMutableRawPointer?
    ) -> Bool {
        guard let io = make(IOWatcher.self) else { return false }
        io.initialize(to: IOWatcher(engine: self, source: source, callback: callback, state: state))
        let wanted =
            (events & UInt32(BACKSTAGE_READABLE) != 0 ? EV_READ : 0)
            | (events & UInt32(BACKSTAGE_WRITABLE) != 0 ? EV_WRITE : 0)
        clibev_io_init(
            &io.pointee.watcher,
            { _, watcher, events in
                let io = UnsafeMutableRawPointer(watcher.unsafelyUnwrapped).assumingMemoryBound(
                    to: IOWatcher.self)
                io.pointee.engine.descriptorIsReady(io, events)
            }, fd, Int32(wanted), nil)
        source.pointee.io = io
        pointee.poller.pointee.descriptors += 1
        ev_io_start(loop, &io.pointee.watcher)
        return true
    }

    func stopWatching(_ source: Source) {
        guard let io = source.pointee.io else { return }
        ev_io_stop(loop, &io.pointee.watcher)
        pointee.poller.pointee.descriptors -= 1
        source.pointee.io = nil
        destroy(io)
    }

    /// Looks at a descriptor again, its event having been handled. Not after an error.
    func rearm(_ source: Source) {
        guard source.pointee.kind == .io, let io = source.pointee.io,
            source.pointee.count & UInt64(BACKSTAGE_IO_ERROR) == 0
        else { return }
        io.pointee.repeats = 0
        ev_io_start(loop, &io.pointee.watcher)
    }

    /// Looks at a descriptor no more until its event has been handled.
    func disarm(_ source: Source) {
        guard source.pointee.kind == .io, let io = source.pointee.io else { return }
        ev_io_stop(loop, &io.pointee.watcher)
    }

    private func descriptorIsReady(_ io: UnsafeMutablePointer<IOWatcher>, _ revents: Int32) {
        var events: UInt32 = 0
        if Int(revents) & Int(EV_READ) != 0 { events |= UInt32(BACKSTAGE_READABLE) }
        if Int(revents) & Int(EV_WRITE) != 0 { events |= UInt32(BACKSTAGE_WRITABLE) }
        if UInt32(bitPattern: revents) & UInt32(truncatingIfNeeded: EV_ERROR) != 0 {
            events = UInt32(BACKSTAGE_IO_ERROR)
        }
        guard let callback = io.pointee.callback else {
            let source = io.pointee.source
            io.pointee.repeats += 1
            if io.pointee.repeats >= repeatsMax || events & UInt32(BACKSTAGE_IO_ERROR) != 0 {
                ev_io_stop(loop, &io.pointee.watcher)
            }
            keepHostAwake()
            source.pointee.count =
                source.pointee.isPending ? source.pointee.count | UInt64(events) : UInt64(events)
            return raise(source)
        }
        let outer = clibev_current()
        clibev_set_current(self)
        callback(handle, io.pointee.watcher.fd, events, io.pointee.state)
        clibev_set_current(outer)
    }
}
