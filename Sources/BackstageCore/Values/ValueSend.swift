import CBackstage
import CLibev
import Synchronization

// Sends of native values: the hot path of the typed API. On `ok` a value has been moved; else it is still
// the sender's.

/// In place of a status: not from a callback of that engine, so that it takes more than this.
public var needsCareStatus: Int32 { .min + 2 }

/// Sends a trivial value of 32 bytes at most, inside a callback of the engine of that number. Public only
/// so that it costs the typed API no more than this one call.
public func sendTrivialValue(
    _ receiver: UInt64, _ number: UInt32, _ bytes: UnsafeRawPointer, _ size: Int
) -> Int32 {
    guard let engine = current(number) else { return needsCareStatus }
    return engine.sendTrivial(receiver, bytes, size)
}

/// The same for any other value.
public func sendValue(
    _ receiver: UInt64, _ number: UInt32, _ bytes: UnsafeRawPointer, _ size: Int, _ type: UnsafeRawPointer,
    isTrivial: Bool
) -> Int32 {
    guard let engine = current(number) else { return needsCareStatus }
    return engine.sendHere(receiver, Value(bytes, size, type: type, isTrivial: isTrivial))
}

/// The engine of a number, if this thread is in a callback of it.
@inline(__always)
private func current(_ number: UInt32) -> Engine? {
    let current = UInt(bitPattern: clibev_current())
    guard current > 1, let engine = Engine(bitPattern: current), engine.pointee.number == number else {
        return nil
    }
    return engine
}

extension Engine {
    /// Who is being called back, or nobody.
    @inline(__always) package var actingActor: Actor? { pointee.handling ?? pointee.acting }

    @inline(__always) var actingRef: backstage_ref { actingActor?.ref ?? 0 }

    /// An actor that takes a message just now without a closer look.
    @inline(__always)
    private func welcoming(_ receiver: backstage_ref) -> Actor? {
        let index = receiver >> 32
        guard index < UInt64(pointee.actorCount) else { return nil }
        let actor = pointee.actors + Int(truncatingIfNeeded: index)
        guard actor.pointee.generation == UInt32(truncatingIfNeeded: receiver),
            !actor.pointee.flags.has(.refusing), actor.hasRoom || actor.attachFreeSlot()
        else { return nil }
        return actor
    }

    @inline(__always)
    fileprivate func sendTrivial(_ receiver: backstage_ref, _ bytes: UnsafeRawPointer, _ size: Int) -> Status
    {
        guard let actor = welcoming(receiver) else {
            return sendWithCare(receiver, Value(bytes, size, type: nil, isTrivial: true))
        }
        let slot = actor.slot(actor.pointee.tail)
        slot.begin(MessageType.send, from: actingRef, token: 0, size: size)
        slot.pointee.reserved = Carries.value
        copyShort(slot.inlined, bytes, size)
        commit(actor)
        return .ok
    }

    /// The same for any value.
    @inline(__always)
    fileprivate func sendHere(_ receiver: backstage_ref, _ value: Value) -> Status {
        if value.fitsInline {
            guard let actor = welcoming(receiver) else { return sendWithCare(receiver, value) }
            let slot = actor.slot(actor.pointee.tail)
            slot.begin(MessageType.send, from: actingRef, token: 0, size: value.visibleSize)
            slot.pointee.reserved = value.marks
            copyShort(slot.inlined, value.bytes, value.size)
            if let type = value.type { slot.inlined.setValueType(type) }
            commit(actor)
            return .ok
        }
        guard value.size <= pointee.payloadBytesMax, welcoming(receiver) != nil,
            let block = makeBlock(value)
        else { return sendWithCare(receiver, value) }
        // Without memory for the block, caches were given up: the slot with them.
        guard let actor = welcoming(receiver) else {
            block.pointee.free = nil
            release(block)
            return sendWithCare(receiver, value)
        }
        let slot = actor.slot(actor.pointee.tail)
        slot.begin(MessageType.send, from: actingRef, token: 0, size: value.visibleSize)
        slot.carry(block)
        slot.pointee.reserved |= Carries.value
        actor.count(block)
        commit(actor)
        return .ok
    }

    /// Sends any value. Any thread.
    package func send(_ receiver: backstage_ref, _ value: Value) -> Status {
        isHere ? sendHere(receiver, value) : enqueue(receiver, value)
    }

    @inline(never)
    private func sendWithCare(_ receiver: backstage_ref, _ value: Value) -> Status {
        guard let actor = actor(receiver) else { return .notFound }
        return sendValue(MessageType.send, from: actingRef, token: 0, to: actor, value)
    }

    /// Sends a value of any type of message to an actor.
    func sendValue(
        _ type: UInt16, from sender: backstage_ref, token: UInt64, to actor: Actor, _ value: Value
    ) -> Status {
        if actor.pointee.flags.has(.refusing) {
            let refusal = actor.refusal(of: sender)
            if refusal != .ok { return refusal }
        }
        // Before a block is filled for nothing.
        if !value.fitsInline, !actor.hasRoom, actor.isRejecting { return .inboxFull }
        let status = compose(type, from: sender, token: token, value)
        return status == .ok ? dispatchValue(to: actor) : status
    }

    private func dispatchValue(to actor: Actor) -> Status {
        let status = deliver(pointee.outbox, to: actor)
        if status != .ok { disown(pointee.outbox) }
        return status
    }

    private func enqueue(_ receiver: backstage_ref, _ value: Value) -> Status {
        if value.size > pointee.payloadBytesMax { return .payloadTooLarge }
        if pointee.remote.pointee.isClosed.load(ordering: .relaxed) { return .ending }
        var message = RemoteMessage(
            action: .send, receiver: receiver, size: value.visibleSize, marks: value.marks)
        if value.fitsInline {
            message.bytes = value.bytes
            message.size = value.size
            message.valueType = value.type
            return pointee.remote.push(message) ? .ok : .queueFull
        }
        guard let block = makeSharedBlock(value) else { return .noMemory }
        message.block = block
        if pointee.remote.push(message) { return .ok }
        block.pointee.free = nil
        block.releaseShared()
        return .queueFull
    }

    /// Sends a value on that was made of the message in hand.
    package func forward(_ message: Envelope, from actor: Actor, to receiver: backstage_ref, _ value: Value)
        -> Status
    {
        actor.forward(message, to: receiver) { sendValue($0, from: $1, token: $2, to: $3, value) }
    }

    package func forward(
        _ message: Envelope, from actor: Actor, to receiver: backstage_ref, _ bytes: UnsafeRawPointer?,
        _ size: Int
    ) -> Status {
        actor.forward(message, to: receiver) { sendWithCare($0, from: $1, token: $2, to: $3, bytes, size) }
    }

    /// Sends bytes, from whoever is called back.
    package func sendBytes(_ receiver: backstage_ref, _ bytes: UnsafeRawPointer?, _ size: Int) -> Status {
        isHere ? send(from: actingRef, receiver, bytes, size) : sendFromOutside(receiver, bytes, size)
    }
}

// MARK: - Publications and broadcasts

/// Whom a publication or a broadcast is for: native actors get the value, all others its bytes.
package enum Audience {
    case everybody, native, foreign
}

extension Engine {
    /// Publishes a value as an actor, to those who take values. How many queued it, and whether there are
    /// others who want its bytes.
    package func publish(
        as actor: Actor, _ topic: TopicArgument, _ value: Value, _ receivers: inout UInt32,
        _ hasForeign: inout Bool
    ) -> Status {
        publish(as: actor, topic, .value(value), &receivers, to: .native, &hasForeign)
    }

    /// Publishes its bytes to the others.
    package func publishForeign(
        as actor: Actor, _ topic: TopicArgument, _ bytes: UnsafeRawPointer?, _ size: Int,
        _ receivers: inout UInt32
    ) -> Status {
        var hasForeign = false
        return publish(as: actor, topic, .bytes(bytes, size), &receivers, to: .foreign, &hasForeign)
    }

    package func broadcast(
        _ kind: UnsafePointer<CChar>, _ value: Value, _ receivers: inout UInt32, _ hasForeign: inout Bool
    ) -> Status {
        guard let name = name(kind) else { return .invalidID }
        let status = compose(MessageType.send, from: actingRef, value, isShared: true)
        if status != .ok { return status }
        receivers = broadcastOutbox(to: name, .native, &hasForeign)
        return .ok
    }

    package func broadcastForeign(
        _ kind: UnsafePointer<CChar>, _ bytes: UnsafeRawPointer?, _ size: Int, _ receivers: inout UInt32
    ) -> Status {
        guard let name = name(kind) else { return .invalidID }
        let status = compose(MessageType.send, from: actingRef, bytes, size)
        if status != .ok { return status }
        var hasForeign = false
        receivers = broadcastOutbox(to: name, .foreign, &hasForeign)
        return .ok
    }
}
