import BackstageCore
public import CBackstage

/// A cell whose messages are known: what a ``Context`` works with.
@usableFromInline class MessageCell<Message: Sendable>: AnyCell {
    /// Receives in the actor's place.
    var behavior: ((Message, Context<Message>) throws -> Void)? {
        didSet { isPlain.pointee = behavior == nil }
    }
    override var messageType: Any.Type { Message.self }

    override func forgetSources() {
        super.forgetSources()
        behavior = nil
    }

    @_lifetime(immortal)
    func context(_ slot: Slot?) -> Context<Message> { Context(Unmanaged.passUnretained(self), slot) }
}

/// The cell of an actor: the actor itself, and the way of a message to it.
@usableFromInline final class Cell<Held: Actor>: MessageCell<Held.Message> {
    @usableFromInline typealias Message = Held.Message

    private let make: () throws -> Held
    /// Apart from the cell, so that the actor can be changed with no check that nobody else is.
    private let actor: UnsafeMutablePointer<Held>
    private var isMade = false

    @inlinable convenience init(_ make: @escaping () throws -> Held) {
        let actor = UnsafeMutablePointer<Held>.allocate(capacity: 1)
        let isPlain = UnsafeMutablePointer<Bool>.allocate(capacity: 1)
        isPlain.initialize(to: true)
        self.init(
            make, actor, isPlain, ValueType<Message>.pointer,
            receive: { slot, state in hand(slot, to: Held.self, state) },
            deliver: { value, slot, state in hand(value, slot, to: Held.self, state) })
    }

    @usableFromInline init(
        _ make: @escaping () throws -> Held, _ actor: UnsafeMutablePointer<Held>,
        _ isPlain: UnsafeMutablePointer<Bool>, _ messageType: UnsafeRawPointer, receive: @escaping Handler,
        deliver: @escaping (UnsafeMutableRawPointer, Slot, UnsafeMutableRawPointer) -> Int32
    ) {
        self.make = make
        self.actor = actor
        super.init(
            messageType, UnsafeMutableRawPointer(actor), isPlain, receive: receive, deliver: deliver)
    }

    deinit {
        if isMade { actor.deinitialize(count: 1) }
        actor.deallocate()
        isPlain.deallocate()
    }

    override func start() throws {
        actor.initialize(to: try make())
        isMade = true
        try actor.pointee.started(context(nil))
    }

    override func end(_ reason: EndReason) throws {
        defer { forgetSources() }
        guard isMade else { return }
        defer {
            isMade = false
            actor.deinitialize(count: 1)
        }
        try actor.pointee.ended(reason, context(nil))
    }

    override func receiveWithCare(_ slot: Slot) throws {
        guard slot.hasValue else { return try receiveBytes(slot) }
        let message = slot.take(Message.self)
        do {
            try receive(message, slot)
        } catch {
            if !_isPOD(Message.self) { slot.restore(message) }
            throw error
        }
        if slot.pointee.reserved & marksStash != 0, !_isPOD(Message.self) { slot.restore(message) }
    }

    private func receive(_ message: Message, _ slot: Slot) throws {
        if let behavior { return try behavior(message, context(slot)) }
        try actor.pointee.receive(message, context(slot))
    }

    private func receiveBytes(_ slot: Slot) throws {
        let message: Message
        do {
            message = try decode(Message.self, slot, hooks.number)
        } catch {
            return try actor.pointee.undecodable(error, context(slot))
        }
        try receive(message, slot)
    }

    override func childFailed(_ termination: Termination) throws {
        try actor.pointee.childFailed(termination, context(nil))
    }

    override func subscriptionChanged(_ change: SubscriptionChange) throws {
        try actor.pointee.subscriptionChanged(change, context(nil))
    }
}

// The hot path: from the engine to the actor. `state` is the cell, as the engine knows it: all is found by
// that, for a closure that captures something is called by a detour.

/// The cell's actor, and whether that has its own behavior.
@inlinable @inline(__always)
func place<Held: Actor>(of _: Held.Type, _ state: UnsafeMutableRawPointer) -> (
    UnsafeMutablePointer<Held>, Bool
) {
    Unmanaged<AnyCell>.fromOpaque(state)._withUnsafeGuaranteedRef {
        ($0.place.assumingMemoryBound(to: Held.self), $0.isPlain.pointee)
    }
}

@inlinable @inline(__always)
func hand<Held: Actor>(
    _ slot: Slot, to _: Held.Type, _ state: UnsafeMutableRawPointer
) -> Int32 {
    let (actor, isPlain) = place(of: Held.self, state)
    guard slot.isMessage, slot.hasValue, isPlain else { return receiveOther(slot, state) }
    let context = Context<Held.Message>(Unmanaged.fromOpaque(state), slot)
    // A trivial message is read where it lies. Others are moved out; and back in, if the engine is not
    // done with them.
    if _isPOD(Held.Message.self) {
        do {
            try actor.pointee.receive(
                slot.value.assumingMemoryBound(to: Held.Message.self).pointee, context)
            return 0
        } catch {
            return fail(state, error)
        }
    }
    let message = slot.take(Held.Message.self)
    do {
        try actor.pointee.receive(message, context)
    } catch {
        slot.restore(message)
        return fail(state, error)
    }
    if slot.pointee.reserved & marksStash != 0 { slot.restore(message) }
    return 0
}

/// The same for a message that was made of something else: `slot` is what.
@inlinable @inline(__always)
func hand<Held: Actor>(
    _ value: UnsafeMutableRawPointer, _ slot: Slot, to _: Held.Type, _ state: UnsafeMutableRawPointer
) -> Int32 {
    let (actor, isPlain) = place(of: Held.self, state)
    let message = value.assumingMemoryBound(to: Held.Message.self).move()
    let context = Context<Held.Message>(Unmanaged.fromOpaque(state), slot)
    do {
        if isPlain {
            try actor.pointee.receive(message, context)
        } else {
            try behave(message, context)
        }
        return 0
    } catch {
        return fail(state, error)
    }
}

@usableFromInline @inline(never)
func behave<Message: Sendable>(_ message: Message, _ context: Context<Message>) throws {
    try context.cell.behavior?(message, context)
}
