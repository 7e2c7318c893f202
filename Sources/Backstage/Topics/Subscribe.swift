import BackstageCore
import CBackstage

/// What becomes of the publications of one subscription.
struct SubscriptionEntry<Message: Sendable> {
    /// The core's record of the topic, or pattern: it stays while there is the subscription.
    let record: UnsafeRawPointer
    let isPattern: Bool
    let handler: Handler<Message>
}

extension Context {
    /// Subscribes to a topic, or a pattern of topics. To subscribe again is no error.
    ///
    /// - Throws: `invalidID`, `invalidTopic`, `noMemory`; `ending` if this actor ends, or restarts.
    public func subscribe(to topic: Topic<Message>) throws(BackstageError) {
        try subscribe(to: topic) { $0 }
    }

    /// Subscribes to a topic, or a pattern of topics, of whatever type: the closure makes this actor's
    /// messages of what is published. To subscribe again is no error; the new closure takes the former's
    /// place.
    ///
    /// ```swift
    /// try context.subscribe(to: trades) { .traded($0) }
    /// ```
    ///
    /// Something else than a `Published`, published under that name, is a failure of this actor:
    /// `undecodable`.
    public func subscribe<Published: Sendable>(
        to topic: Topic<Published>, _ make: @escaping (Published) throws -> Message
    ) throws(BackstageError) {
        let number = cell.hooks.number
        try cell.subscribe(topic.publisher, topic.name) { slot, _ in
            try make(try publication(Published.self, slot, number))
        }
    }

    /// Takes a subscription back. Nothing more is delivered by it: what was published before and still
    /// waits counts as handled.
    ///
    /// - Throws: `notSubscribed`, `invalidID`, `invalidTopic`.
    public func unsubscribe<Published: Sendable>(from topic: Topic<Published>) throws(BackstageError) {
        try cell.unsubscribe(topic.publisher, topic.name)
    }
}

extension MessageCell {
    func subscribe(_ publisher: String, _ topic: String?, _ handler: @escaping Handler<Message>)
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

    func unsubscribe(_ publisher: String, _ topic: String?) throws(BackstageError) {
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

    func receivePublication(_ slot: Slot) throws {
        guard let handler = handler(of: slot), let message = try handler(slot, context) else { return }
        try deliver(message)
    }

    /// By the topic itself; else by a pattern that its name matches.
    private func handler(of slot: Slot) -> Handler<Message>? {
        let record = UnsafeRawPointer(bitPattern: UInt(slot.pointee.token))
        if let entry = subscriptions.first(where: { $0.record == record }) { return entry.handler }
        let engine = core.pointee.engine
        return subscriptions.first { $0.isPattern && engine.isMatch(slot, $0.record) }?.handler
    }
}

/// What was published, if it is of that type.
private func publication<Published: Sendable>(_ type: Published.Type, _ slot: Slot, _ engine: UInt32)
    throws(BackstageError) -> Published
{
    guard slot.hasValue else { return try decode(type, slot, engine) }
    guard slot.valueType == ValueType<Published>.pointer else {
        throw .undecodable("the publication is no \(Published.self)")
    }
    return slot.take(type)
}
