/// An actor: a type that owns its state, and handles one message at a time.
///
/// ```swift
/// struct Counter: Actor {
///     enum Message { case add(Int), total(ReplyTo<Int>) }
///     var total = 0
///
///     mutating func receive(_ message: Message, _ context: Context<Message>) throws {
///         switch message {
///         case .add(let number): total += number
///         case .total(let reply): try reply.send(total)
///         }
///     }
/// }
/// let counter = try engine.spawn("counter") { Counter() }
/// ```
///
/// Structs, enums and classes can be actors. The closure given to `spawn` makes one when the actor has its
/// first turn, and a new one each time it is restarted. All of this runs on the engine's thread; nothing
/// else touches the actor, so it needs neither locks nor to be `Sendable`.
///
/// An error thrown by any of these methods, or by the closure, is a failure of the actor: the message in
/// hand becomes a dead letter, and the actor's supervisor says what follows; without one, the actor ends.
///
/// The name hides that of Swift's own protocol of native actors where this module is imported: there, write
/// `_Concurrency.Actor` for that.
public protocol Actor<Message> {
    /// What can be sent to it.
    associatedtype Message: Sendable

    /// Handles a message.
    mutating func receive(_ message: Message, _ context: Context<Message>) throws

    /// Runs before the first message, and again after each restart.
    mutating func started(_ context: Context<Message>) throws

    /// Runs as the actor ends, after its children have; and before each restart, with `restarted`. Not if
    /// the closure could not make one. An error is logged, and the end goes on.
    mutating func ended(_ reason: EndReason, _ context: Context<Message>) throws

    /// Runs when a child failed and ended, unless the actor monitors it.
    mutating func childFailed(_ termination: Termination, _ context: Context<Message>) throws

    /// Runs when somebody subscribed to one of its topics, or no longer does: if
    /// ``ActorOptions/seesSubscriptions`` asks for that.
    mutating func subscriptionChanged(_ change: SubscriptionChange, _ context: Context<Message>) throws

    /// Runs when bytes came, from C or Python, that make no message. If it returns, they count as handled.
    mutating func undecodable(_ error: any Error, _ context: Context<Message>) throws

    /// How actors of this type are run, unless the spawn says otherwise.
    static var options: ActorOptions { get }
}

extension Actor {
    /// Does nothing.
    public mutating func started(_ context: Context<Message>) throws {}

    /// Does nothing.
    public mutating func ended(_ reason: EndReason, _ context: Context<Message>) throws {}

    /// Does nothing.
    public mutating func childFailed(_ termination: Termination, _ context: Context<Message>) throws {}

    /// Does nothing.
    public mutating func subscriptionChanged(_ change: SubscriptionChange, _ context: Context<Message>) throws
    {}

    /// Throws the error: the actor fails.
    public mutating func undecodable(_ error: any Error, _ context: Context<Message>) throws { throw error }

    /// The defaults.
    public static var options: ActorOptions { ActorOptions() }
}

/// An actor that is a closure.
@usableFromInline struct FunctionActor<Message: Sendable>: Actor {
    @usableFromInline let body: (Message, Context<Message>) throws -> Void

    @inlinable init(_ body: @escaping (Message, Context<Message>) throws -> Void) { self.body = body }

    @inlinable func receive(_ message: Message, _ context: Context<Message>) throws {
        try body(message, context)
    }
}
