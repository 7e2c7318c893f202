import BackstageCore

extension Engine {
    /// Sends a message to every living actor whose messages are of its type, in order of birth. Actors of C
    /// and Python get it as bytes, if it is a ``Payload`` and their kind is the type's name with its module:
    /// `"Market.Tick"`.
    ///
    /// Any thread. A full inbox makes a dead letter.
    ///
    /// - Returns: how many accepted it; 0 from another thread, where that is not known yet.
    /// - Throws: `payloadTooLarge`, `noMemory`, `closed`; `notEncodable` if encoding throws; `queueFull`
    ///   from another thread.
    @discardableResult
    public func broadcast<Message: Sendable>(_ message: Message) throws(BackstageError) -> Int {
        if !isClosed, core.check() == 0 { return try broadcastHere(message) }
        try onThread(of: number) { engine in
            _ = try? engine?.broadcastHere(message)
        }
        return 0
    }

    fileprivate func broadcastHere<Message: Sendable>(_ message: Message) throws(BackstageError) -> Int {
        guard isAlignable(Message.self) else { throw .invalidArgument }
        let kind = hooks.kind(of: Message.self)
        var receivers: UInt32 = 0
        var hasForeign = false
        let status = kind.withCString { kind in
            withValue(message, isMovedIf: { $0 == 0 }) { core.broadcast(kind, $0, &receivers, &hasForeign) }
        }
        try throwing(status)
        guard hasForeign, Message.self is any Payload.Type else { return Int(receivers) }
        let bytes = try encode(message)
        var others: UInt32 = 0
        let foreign = kind.withCString { kind in
            bytes.withUnsafeBytes { core.broadcastForeign(kind, $0.baseAddress, $0.count, &others) }
        }
        try throwing(foreign)
        return Int(receivers + others)
    }
}

extension Context {
    /// Sends a message to every living actor whose messages are of its type, as ``Engine/broadcast(_:)``;
    /// this one included if its are.
    @discardableResult
    public func broadcast<Other: Sendable>(_ message: Other) throws(BackstageError) -> Int {
        try cell.hooks.engine.broadcastHere(message)
    }
}

/// Lends a value to be moved; it is destroyed here unless it was.
func withValue<Message>(
    _ message: Message, isMovedIf isMoved: (Status) -> Bool, _ body: (Value) -> Status
) -> Status {
    withUnsafeTemporaryAllocation(of: Message.self, capacity: 1) { room in
        let place = room.baseAddress.unsafelyUnwrapped
        place.initialize(to: message)
        let value = Value(
            place, MemoryLayout<Message>.size, type: ValueType<Message>.pointer,
            isTrivial: _isPOD(Message.self))
        let status = body(value)
        if !isMoved(status) { place.deinitialize(count: 1) }
        return status
    }
}
