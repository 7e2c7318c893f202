import BackstageCore

extension Context {
    /// Publishes on a topic of this actor's to all who are subscribed now. A full inbox makes a dead letter.
    ///
    /// - Returns: how many accepted it.
    /// - Throws: `notFound` if the topic is another's; `invalidTopic` (a pattern, say), `payloadTooLarge`,
    ///   `noMemory`; `ending` (but ``Actor/ended(_:_:)-_`` may still publish). What encoding throws, for
    ///   subscribers of C and Python, as `undecodable`.
    @discardableResult
    public func publish<Published: Sendable>(_ message: Published, on topic: Topic<Published>)
        throws(BackstageError) -> Int
    {
        guard topic.publisher == id else { throw .notFound }
        return try core.publish(message, on: topic)
    }
}

extension Engine {
    /// Publishes on a topic, as the actor whose it is.
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
            return try actor.publish(message, on: topic)
        }
        try onThread(of: number) { engine in
            _ = try? engine?.publish(message, on: topic)
        }
        return 0
    }
}

extension CoreActor {
    fileprivate func publish<Published: Sendable>(_ message: Published, on topic: Topic<Published>)
        throws(BackstageError) -> Int
    {
        guard isAlignable(Published.self) else { throw .invalidArgument }
        if let name = topic.name { try checkName(name, .invalidTopic) }
        let core = pointee.engine
        var receivers: UInt32 = 0
        var hasForeign = false
        let status = withName(topic.name) { name in
            withValue(message, isMovedIf: { $0 == 0 }) {
                core.publish(as: self, name.map { .named($0) } ?? .main, $0, &receivers, &hasForeign)
            }
        }
        try throwing(status)
        guard hasForeign, Published.self is any Payload.Type else { return Int(receivers) }
        let bytes = try encode(message)
        var others: UInt32 = 0
        let foreign = withName(topic.name) { name in
            bytes.withUnsafeBytes {
                core.publishForeign(
                    as: self, name.map { .named($0) } ?? .main, $0.baseAddress, $0.count, &others)
            }
        }
        try throwing(foreign)
        return Int(receivers + others)
    }
}
