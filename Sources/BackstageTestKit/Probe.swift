import Backstage

/// A message, and how it came to a ``Probe``.
public struct Delivery<Message: Sendable>: Sendable {
    /// The message itself.
    public let message: Message
    /// Who sent it; nil from outside the engine.
    public let sender: AnyActorRef?
    /// The topic that it was published on, "" for a default topic; else nil.
    public let topic: String?
    /// When it was handled, on the stage's clock.
    public let time: Duration
}

/// An actor that keeps what it is sent, for a test to look at.
///
/// ```swift
/// let probe = try stage.probe(of: Reply.self)
/// try greeter.send(.greet("Ada", answerTo: probe.ref))
/// try probe.expect(.greeting("Hello, Ada!"))
/// try probe.expectNone()
/// ```
///
/// Each expectation runs the engine until it is idle, and then looks at the first message that none has
/// looked at yet: so messages are expected in their order. One that is not met takes nothing. Time does not
/// pass meanwhile: for that see ``Stage/advance(by:file:line:)``.
public final class Probe<Message: Sendable> {
    final class Box {
        var deliveries: [Delivery<Message>] = []
    }

    private let stage: Stage
    private let box: Box
    private var seen = 0

    /// Where to send to.
    public let ref: ActorRef<Message>

    init(_ stage: Stage, _ box: Box, _ ref: ActorRef<Message>) {
        self.stage = stage
        self.box = box
        self.ref = ref
    }

    /// All that has come so far, expected or not, and how it came.
    public var deliveries: [Delivery<Message>] { box.deliveries }

    /// All messages that have come so far, expected or not.
    public var received: [Message] { box.deliveries.map(\.message) }

    /// The messages that have come so far and that no expectation has looked at.
    public var unexpected: [Message] { box.deliveries[seen...].map(\.message) }

    /// Settles, and leaves all that has come so far to itself.
    public func skipAll(file: String = #fileID, line: Int = #line) throws {
        try stage.settle(file: file, line: line)
        seen = box.deliveries.count
    }
}

// MARK: - Expectations

extension Probe {
    /// Expects a message, whatever it is, and returns it.
    @discardableResult
    public func expectMessage(file: String = #fileID, line: Int = #line) throws -> Message {
        try next("a message", file, line) { $0 }
    }

    /// Expects a message that a closure says yes to, and returns it.
    ///
    /// ```swift
    /// try probe.expect { $0.count > 3 }
    /// ```
    @discardableResult
    public func expect(
        file: String = #fileID, line: Int = #line, _ matches: (Message) throws -> Bool
    ) throws -> Message {
        try next("a message that matches", file, line) { try matches($0) ? $0 : nil }
    }

    /// Expects a message of which a closure makes something else than nil, and returns that.
    ///
    /// ```swift
    /// let reply = try probe.expectMatch { if case .total(let reply) = $0 { reply } else { nil } }
    /// try reply.send(3)
    /// ```
    @discardableResult
    public func expectMatch<Value>(
        file: String = #fileID, line: Int = #line, _ match: (Message) throws -> Value?
    ) throws -> Value {
        try next("a message that matches", file, line, match)
    }

    /// Expects that no more messages have come.
    public func expectNone(file: String = #fileID, line: Int = #line) throws {
        try stage.settle(file: file, line: line)
        if unexpected.isEmpty { return }
        throw ExpectationFailure(
            expected: "no message", got: "\(list(unexpected.map { text(of: $0) })) came", file: file,
            line: line)
    }

    private func next<Value>(
        _ expected: String, _ file: String, _ line: Int, _ match: (Message) throws -> Value?
    ) throws -> Value {
        try stage.settle(file: file, line: line)
        guard seen < box.deliveries.count else {
            throw ExpectationFailure(expected: expected, got: "nothing came", file: file, line: line)
        }
        let message = box.deliveries[seen].message
        guard let value = try match(message) else {
            throw ExpectationFailure(
                expected: expected, got: "\(text(of: message)) came", file: file, line: line)
        }
        seen += 1
        return value
    }
}

extension Probe where Message: Equatable {
    /// Expects messages in this order, with nothing between them.
    ///
    /// ```swift
    /// try probe.expect(.opened)
    /// try probe.expect(.read(1), .read(2), .closed)
    /// ```
    public func expect(
        _ first: Message, _ others: Message..., file: String = #fileID, line: Int = #line
    ) throws {
        let place = seen
        for (index, message) in ([first] + others).enumerated() {
            do {
                _ = try next(text(of: message), file, line) { $0 == message ? $0 : nil }
            } catch let failure as ExpectationFailure where index > 0 {
                seen = place
                throw failure.after(index)
            }
        }
    }
}

extension ExpectationFailure {
    /// The same, with how much of what was expected came before.
    fileprivate func after(_ count: Int) -> ExpectationFailure {
        ExpectationFailure(
            expected: expected + " as number \(count + 1)", got: got, file: file, line: line)
    }
}

// MARK: - Making probes

private struct ProbeActor<Message: Sendable>: Backstage.Actor {
    let box: Probe<Message>.Box
    let topic: Topic<Message>?

    func started(_ context: Context<Message>) throws {
        if let topic { try context.subscribe(to: topic) }
    }

    func receive(_ message: Message, _ context: Context<Message>) {
        box.deliveries.append(
            Delivery(message: message, sender: context.sender, topic: context.topic, time: context.now))
    }
}

extension Stage {
    /// Makes an actor that keeps what it is sent. It has an id if others are to find it by one, and options,
    /// a small capacity say, to see what others do when it is full.
    ///
    /// ```swift
    /// let printer = try stage.probe(of: Job.self, "printer", options: ActorOptions(capacity: 1))
    /// ```
    ///
    /// - Throws: what `Engine.spawn` throws.
    public func probe<Message: Sendable>(
        of type: Message.Type, _ id: String? = nil, options: ActorOptions? = nil
    ) throws(BackstageError) -> Probe<Message> {
        let box = Probe<Message>.Box()
        let ref = try spawn(id, options: options) { ProbeActor(box: box, topic: nil) }
        return Probe(self, box, ref)
    }

    /// Makes an actor that keeps what is published on a topic, or by a pattern of topics, from now on.
    ///
    /// ```swift
    /// let trades = try stage.probe(on: Topic<Trade>("trades.*", of: "desk"))
    /// ```
    ///
    /// - Throws: what `Engine.spawn` throws; as ``settle(file:line:)``.
    public func probe<Message: Sendable>(
        on topic: Topic<Message>, file: String = #fileID, line: Int = #line
    ) throws -> Probe<Message> {
        let box = Probe<Message>.Box()
        let ref = try spawn { ProbeActor(box: box, topic: topic) }
        try settle(file: file, line: line)
        return Probe(self, box, ref)
    }
}
