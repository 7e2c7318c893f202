import BackstageCore
import CBackstage

/// What a descriptor is ready for.
public struct IOEvents: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// There is something to read, or the end.
    public static let readable = IOEvents(rawValue: 1)
    /// There is room to write.
    public static let writable = IOEvents(rawValue: 2)
    /// It can no longer be watched.
    public static let error = IOEvents(rawValue: 4)
}

/// A watched descriptor is ready.
public struct IOEvent: Sendable, Hashable {
    /// The descriptor watched.
    public let descriptor: Int32
    /// What it is ready for.
    public let events: IOEvents

    init(_ slot: Slot) {
        let event = slot.pointee.payload.load(as: backstage_io_event.self)
        descriptor = event.fd
        events = IOEvents(rawValue: event.events)
    }
}

/// A watched signal came.
public struct SignalEvent: Sendable, Hashable {
    /// Its number.
    public let signal: Int32
    /// How often since it was last handled, at least 1.
    public let count: Int

    init(_ slot: Slot) {
        let event = slot.pointee.payload.load(as: backstage_signal_event.self)
        signal = event.signal
        count = Int(event.count)
    }
}

/// A watcher of an actor's, of a descriptor or a signal: to end it by.
public struct Watcher: Sendable, Hashable {
    let token: UInt64
}

extension Context {
    /// Gives this actor a message whenever a descriptor is ready; it is looked at again once that has been
    /// handled. The descriptor stays yours: unwatch before you close it. Ends with the actor, and with a
    /// restart.
    ///
    /// - Throws: `badDescriptor`; `invalidArgument` unless the events are readable, writable or both;
    ///   `noMemory`, `ending`.
    @discardableResult
    public func watch(
        descriptor: Int32, for events: IOEvents, _ make: @escaping (IOEvent) -> Message
    ) throws(BackstageError) -> Watcher {
        var token: UInt64 = 0
        try throwing(core.watch(fd: descriptor, events.rawValue, &token))
        cell.sources[token] = .init(handler: { Backstage.deliver(make(IOEvent($0)), $0, $1) }, isOnce: false)
        return Watcher(token: token)
    }

    /// Gives this actor a message whenever a signal comes to the process. While anybody watches it, its
    /// disposition is the library's; then it is as it was before.
    ///
    /// - Throws: `invalidSignal`, `noMemory`, `system`, `ending`.
    @discardableResult
    public func watch(signal: Int32, _ make: @escaping (SignalEvent) -> Message) throws(BackstageError)
        -> Watcher
    {
        var token: UInt64 = 0
        try throwing(core.watch(signal: signal, &token))
        cell.sources[token] = .init(
            handler: { Backstage.deliver(make(SignalEvent($0)), $0, $1) }, isOnce: false)
        return Watcher(token: token)
    }

    /// Ends a watcher; what has not been handled is withdrawn.
    ///
    /// - Throws: `notFound`.
    public func unwatch(_ watcher: Watcher) throws(BackstageError) {
        try throwing(core.unwatch(watcher.token))
        cell.sources[watcher.token] = nil
    }
}
