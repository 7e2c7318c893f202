import BackstageCore
public import CBackstage

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
        self.init(make, actor, isPlain) { slot, state in hand(slot, to: actor, isPlain, state) }
    }

    @usableFromInline init(
        _ make: @escaping () throws -> Held, _ actor: UnsafeMutablePointer<Held>,
        _ isPlain: UnsafeMutablePointer<Bool>,
        receive: @escaping (Slot, UnsafeMutableRawPointer) -> Int32
    ) {
        self.make = make
        self.actor = actor
        super.init(isPlain: isPlain, receive: receive)
    }

    deinit {
        if isMade { actor.deinitialize(count: 1) }
        actor.deallocate()
        isPlain.deallocate()
    }

    override func start() throws {
        actor.initialize(to: try make())
        isMade = true
        try actor.pointee.started(context)
    }

    override func end(_ reason: EndReason) throws {
        defer { forgetSources() }
        guard isMade else { return }
        defer {
            isMade = false
            actor.deinitialize(count: 1)
        }
        try actor.pointee.ended(reason, context)
    }

    override func receiveWithCare(_ slot: Slot) -> Int32 {
        guard slot.isMessage, slot.hasValue else { return receiveOther(slot) }
        self.slot = slot
        defer { self.slot = nil }
        let message = slot.take(Message.self)
        do {
            try deliver(message)
        } catch {
            if !_isPOD(Message.self) { slot.restore(message) }
            return fail(error)
        }
        if slot.pointee.reserved & marksStash != 0, !_isPOD(Message.self) { slot.restore(message) }
        return 0
    }

    override func deliver(_ message: Message) throws {
        if let behavior { return try behavior(message, context) }
        try actor.pointee.receive(message, context)
    }

    override func childFailed(_ termination: Termination) throws {
        try actor.pointee.childFailed(termination, context)
    }

    override func subscriptionChanged(_ change: SubscriptionChange) throws {
        try actor.pointee.subscriptionChanged(change, context)
    }

    override func undecodable(_ error: any Error) throws {
        try actor.pointee.undecodable(error, context)
    }
}

// The hot path: from the engine to the actor. `state` is the cell, as the engine knows it.

@inlinable @inline(__always)
func hand<Held: Actor>(
    _ slot: Slot, to actor: UnsafeMutablePointer<Held>, _ isPlain: UnsafeMutablePointer<Bool>,
    _ state: UnsafeMutableRawPointer
) -> Int32 {
    guard slot.isMessage, slot.hasValue, isPlain.pointee else {
        return receiveWithCare(slot, state, Held.Message.self)
    }
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

@usableFromInline @inline(never)
func receiveWithCare<Message: Sendable>(
    _ slot: Slot, _ state: UnsafeMutableRawPointer, _: Message.Type
) -> Int32 {
    unsafeDowncast(AnyCell.of(state), to: MessageCell<Message>.self).receiveWithCare(slot)
}
