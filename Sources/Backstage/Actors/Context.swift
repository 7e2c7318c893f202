import BackstageCore
import CBackstage

/// What an actor acts with, while one of its methods runs.
///
/// A context cannot be stored, nor kept by a closure that outlives the call: the compiler sees to that. Pass
/// it to functions as you like. Closures that are called later are given a context of their own.
public struct Context<Message: Sendable>: ~Escapable {
    @usableFromInline let unmanaged: Unmanaged<MessageCell<Message>>
    /// The message in hand.
    @usableFromInline let slot: Slot?

    @inlinable @_lifetime(immortal)
    init(_ cell: Unmanaged<MessageCell<Message>>, _ slot: Slot?) {
        unmanaged = cell
        self.slot = slot
    }

    // The cell lives for as long as the callback.
    var cell: MessageCell<Message> { unmanaged._withUnsafeGuaranteedRef { $0 } }

    var core: CoreActor { cell.core }
}

extension Context {
    /// This actor.
    public var ref: ActorRef<Message> { ActorRef(core.ref, cell.hooks.number) }

    /// The engine that runs this actor.
    public var engine: Engine { cell.hooks.engine }

    /// This actor's id, if it has one.
    public var id: String? {
        let id = String(cString: core.id)
        return id.isEmpty ? nil : id
    }

    /// Whose child this actor is; nil if nobody's.
    public var parent: AnyActorRef? {
        core.parent.map { AnyActorRef($0.ref, cell.hooks.number) }
    }

    /// The engine's clock. It goes on during a callback, unless it is virtual.
    public var now: Duration { .nanoseconds(Int64(clamping: core.pointee.engine.currentTime)) }

    /// Who sent the message in hand; nil from outside the engine, and for events.
    public var sender: AnyActorRef? {
        guard let slot, slot.pointee.sender != 0, Int(slot.pointee.type) <= BACKSTAGE_REPLY else {
            return nil
        }
        return AnyActorRef(slot.pointee.sender, cell.hooks.number)
    }

    /// The topic of the publication in hand, "" for a default topic; nil for other messages.
    public var topic: String? {
        slot.flatMap { topicName(of: $0) }.map { String(cString: $0) }
    }
}

// MARK: - The actor's life

extension Context {
    /// Ends this actor, once the callback in hand has returned. If it is permanent and supervised, it
    /// restarts.
    public func shutdown() throws(BackstageError) { try throwing(core.shutdown()) }

    /// Changes how this actor receives, from the next message on: how a state machine changes its state. A
    /// restart takes it back.
    ///
    /// ```swift
    /// context.become { message, context in … }
    /// ```
    public func become(_ receive: @escaping (Message, Context<Message>) throws -> Void) {
        cell.behavior = receive
    }

    /// Takes ``become(_:)`` back: the actor's own `receive` is called again.
    public func unbecome() { cell.behavior = nil }

    /// Sets the message in hand aside for later: once the callback has returned it waits, in its place in
    /// the inbox's capacity, until ``unstash()``.
    ///
    /// - Throws: `notWaiting` if no message is in hand, but an event or an answer; `exists` if it is stashed
    ///   already; `inboxFull`; `noMemory`.
    public func stash() throws(BackstageError) {
        guard let slot, slot.isMessage || Int(slot.pointee.type) == BACKSTAGE_PUBLISH else {
            throw .notWaiting
        }
        try throwing(core.stash(slot))
    }

    /// Takes back all that is stashed, in the order in which it came: it is handled next. How many.
    ///
    /// - Throws: `noMemory`.
    @discardableResult
    public func unstash() throws(BackstageError) -> Int {
        var count: UInt32 = 0
        try throwing(core.unstash(&count))
        return Int(count)
    }
}
