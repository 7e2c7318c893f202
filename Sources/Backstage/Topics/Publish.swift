import BackstageCore

extension Context {
    /// Publishes on a topic of this actor's to all who are subscribed now. A full inbox makes a dead letter.
    ///
    /// - Returns: how many accepted it.
    /// - Throws: `notFound` if the topic is another's; `invalidTopic` (a pattern, say), `payloadTooLarge`,
    ///   `noMemory`; `ending` (but ``Actor/ended(_:_:)`` may still publish). `notEncodable` if encoding
    ///   throws, for subscribers of C and Python: those of Swift have it then.
    @inlinable @discardableResult
    public func publish<Published: Sendable>(_ message: Published, on topic: Topic<Published>)
        throws(BackstageError) -> Int
    {
        let actor = try publisher(topic.publisher)
        return try Backstage.publish(message, as: actor, on: topic.name)
    }

    @usableFromInline
    func publisher(_ id: String) throws(BackstageError) -> UnsafeMutableRawPointer {
        let core = core
        let isOwn = id.utf8.withContiguousStorageIfAvailable { core.hasID($0) } ?? (id == self.id)
        guard isOwn else { throw .notFound }
        return UnsafeMutableRawPointer(core)
    }
}

extension Engine {
    /// Publishes on a topic, in the name of the actor that it belongs to.
    ///
    /// Any thread, in order with what this thread sends.
    ///
    /// - Returns: how many accepted it; 0 from another thread, where that is not known yet.
    /// - Throws: `notFound` if there is no such actor; else as ``Context/publish(_:on:)``; `queueFull` from
    ///   another thread; `closed`.
    @discardableResult
    public func publish<Published: Sendable>(_ message: Published, on topic: Topic<Published>)
        throws(BackstageError) -> Int
    {
        if !isClosed, core.check() == 0 {
            let publisher = try find(topic.publisher)
            guard let actor = core.actor(publisher.rawValue) else { throw .notFound }
            return try Backstage.publish(message, as: actor, on: topic.name)
        }
        try onThread(of: number) { engine in
            _ = try? engine?.publish(message, on: topic)
        }
        return 0
    }
}

/// Publishes as an actor: the value to those of Swift, its bytes to others if there are any.
@inlinable
func publish<Published: Sendable>(
    _ message: Published, as actor: UnsafeMutableRawPointer, on topic: String?
) throws(BackstageError) -> Int {
    guard isAlignable(Published.self) else { throw .invalidArgument }
    var receivers: UInt32 = 0
    var hasForeign = false
    let status = withUnsafeTemporaryAllocation(of: Published.self, capacity: 1) { room in
        let place = room.baseAddress.unsafelyUnwrapped
        place.initialize(to: message)
        let status = publishValue(
            actor, topic, place, MemoryLayout<Published>.size, ValueType<Published>.pointer,
            isTrivial: _isPOD(Published.self), &receivers, &hasForeign)
        if status != 0 { place.deinitialize(count: 1) }
        return status
    }
    if status != 0 { throw BackstageError(status: status) }
    if hasForeign { try publishForeign(message, actor, topic, &receivers) }
    return Int(receivers)
}

@usableFromInline
func publishValue(
    _ actor: UnsafeMutableRawPointer, _ topic: String?, _ value: UnsafeRawPointer, _ size: Int,
    _ type: UnsafeRawPointer, isTrivial: Bool, _ receivers: inout UInt32, _ hasForeign: inout Bool
) -> Int32 {
    if let topic, topic.utf8.contains(0) { return Status.invalidTopic }
    let actor = CoreActor(OpaquePointer(actor))
    let value = Value(value, size, type: type, isTrivial: isTrivial)
    return withName(topic) { name in
        actor.pointee.engine.publish(
            as: actor, name.map { .named($0) } ?? .main, value, &receivers, &hasForeign)
    }
}

@usableFromInline @inline(never)
func publishForeign<Published: Sendable>(
    _ message: Published, _ actor: UnsafeMutableRawPointer, _ topic: String?, _ receivers: inout UInt32
) throws(BackstageError) {
    guard Published.self is any Payload.Type else { return }
    let bytes = try encode(message)
    let actor = CoreActor(OpaquePointer(actor))
    var others: UInt32 = 0
    let status = withName(topic) { name in
        bytes.withUnsafeBytes {
            actor.pointee.engine.publishForeign(
                as: actor, name.map { .named($0) } ?? .main, $0.baseAddress, $0.count, &others)
        }
    }
    try throwing(status)
    receivers += others
}
