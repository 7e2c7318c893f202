import BackstageCore
import CBackstage

/// What becomes of the publications of one subscription.
struct SubscriptionEntry {
    /// The core's record of the topic, or pattern: it stays while there is the subscription.
    let record: UnsafeRawPointer
    let isPattern: Bool
    let handler: Handler
}

extension Context {
    /// Subscribes to a topic, or a pattern of topics. To subscribe again is no error.
    ///
    /// - Throws: `invalidID`, `invalidTopic`, `noMemory`; `ending` if this actor ends, or restarts.
    @inlinable
    public func subscribe(to topic: Topic<Message>) throws(BackstageError) {
        try subscribe(topic.publisher, topic.name) { slot, state in
            if _isPOD(Message.self), slot.hasValue, valueType(of: slot) == ValueType<Message>.pointer {
                return deliverValue(slot.value, slot, state)
            }
            do {
                return deliver(try publication(Message.self, slot, state), slot, state)
            } catch {
                return fail(state, error)
            }
        }
    }

    /// Subscribes to a topic, or a pattern of topics, of whatever type: the closure makes this actor's
    /// messages of what is published. To subscribe again is no error; the new closure takes the former's
    /// place.
    ///
    /// ```swift
    /// try context.subscribe(to: trades) { .traded($0) }
    /// ```
    ///
    /// Something else than a `Published`, published under that name, is a failure of this actor.
    ///
    /// - Throws: as ``subscribe(to:)``.
    @inlinable
    public func subscribe<Published: Sendable>(
        to topic: Topic<Published>, _ make: @escaping (Published) throws -> Message
    ) throws(BackstageError) {
        try subscribe(topic.publisher, topic.name) { slot, state in
            do {
                return deliver(try make(try publication(Published.self, slot, state)), slot, state)
            } catch {
                return fail(state, error)
            }
        }
    }

    /// Takes a subscription back. Nothing more is delivered by it: what was published before and still
    /// waits counts as handled.
    ///
    /// - Throws: `notSubscribed`, `invalidID`, `invalidTopic`.
    public func unsubscribe<Published: Sendable>(from topic: Topic<Published>) throws(BackstageError) {
        try cell.unsubscribe(topic.publisher, topic.name)
    }

    @usableFromInline
    func subscribe(_ publisher: String, _ topic: String?, _ handler: @escaping Handler) throws(BackstageError)
    {
        try cell.subscribe(publisher, topic, handler)
    }
}

extension AnyCell {
    fileprivate func subscribe(_ publisher: String, _ topic: String?, _ handler: @escaping Handler)
        throws(BackstageError)
    {
        try checkNames(publisher, topic)
        let (status, record) = withNames(publisher, topic) { publisher, topic in
            let status = core.subscribe(publisher, topic)
            return (status, core.subscribedTopic(publisher, topic))
        }
        guard let (pointer, isPattern) = record, status == 0 || status == Status.exists else {
            throw BackstageError(status: status)
        }
        subscriptions.removeAll { $0.record == pointer }
        subscriptions.append(SubscriptionEntry(record: pointer, isPattern: isPattern, handler: handler))
    }

    fileprivate func unsubscribe(_ publisher: String, _ topic: String?) throws(BackstageError) {
        try checkNames(publisher, topic)
        let (status, record) = withNames(publisher, topic) { publisher, topic in
            let record = core.subscribedTopic(publisher, topic)
            return (core.unsubscribe(publisher, topic), record)
        }
        try throwing(status)
        if let record { subscriptions.removeAll { $0.record == record.0 } }
    }

    private func checkNames(_ publisher: String, _ topic: String?) throws(BackstageError) {
        try checkName(publisher, .invalidID)
        if let topic { try checkName(topic, .invalidTopic) }
    }

    private func withNames<Result>(
        _ publisher: String, _ topic: String?, _ body: (UnsafePointer<CChar>, TopicArgument) -> Result
    ) -> Result {
        publisher.withCString { publisher in
            withName(topic) { body(publisher, $0.map { .named($0) } ?? .main) }
        }
    }

    func receivePublication(_ slot: Slot, _ state: UnsafeMutableRawPointer) -> Int32 {
        // By the topic itself; else by a pattern that its name matches.
        let record = UnsafeRawPointer(bitPattern: UInt(slot.pointee.token))
        for entry in subscriptions where entry.record == record { return entry.handler(slot, state) }
        let engine = core.pointee.engine
        for entry in subscriptions where entry.isPattern && engine.isMatch(slot, entry.record) {
            return entry.handler(slot, state)
        }
        return 0
    }
}

/// What was published, if it is of that type.
@inlinable
func publication<Published>(_ type: Published.Type, _ slot: Slot, _ state: UnsafeMutableRawPointer) throws
    -> Published
{
    guard slot.hasValue, valueType(of: slot) == ValueType<Published>.pointer else {
        return try foreignPublication(type, slot, state)
    }
    // Copied: others have it too, and this actor may want it again, stashed.
    return slot.value.assumingMemoryBound(to: type).pointee
}

@usableFromInline func valueType(of slot: Slot) -> UnsafeRawPointer? { slot.valueType }

@usableFromInline @inline(never)
func foreignPublication<Published>(
    _ type: Published.Type, _ slot: Slot, _ state: UnsafeMutableRawPointer
) throws -> Published {
    if slot.hasValue { throw UndecodableBytes("the publication is no \(Published.self)") }
    return try decode(type, slot, AnyCell.of(state).hooks.number)
}
