import CBackstage
import CLibev

// The hot path: from a call to a message in an inbox. What is rare leads away from here.

extension Actor {
    /// Sends from this actor to another. Bytes are copied.
    @inline(__always)
    package func send(_ receiver: backstage_ref, _ payload: UnsafeRawPointer?, _ size: Int) -> Status {
        let engine = pointee.engine
        guard engine.isHere, isLiving else { return absence }
        return engine.send(from: ref, receiver, payload, size)
    }
}

extension Engine {
    @inline(__always)
    func send(
        from sender: backstage_ref, _ receiver: backstage_ref, _ payload: UnsafeRawPointer?, _ size: Int
    ) -> Status {
        let index = receiver >> 32
        guard index < UInt64(pointee.actorCount) else { return .notFound }
        let actor = pointee.actors + Int(truncatingIfNeeded: index)
        guard actor.pointee.generation == UInt32(truncatingIfNeeded: receiver) else { return .notFound }
        return send(from: sender, to: actor, payload, size)
    }

    @inline(__always)
    func send(
        from sender: backstage_ref, to actor: Actor, _ payload: UnsafeRawPointer?, _ size: Int
    ) -> Status {
        guard _fastPath(UInt(bitPattern: size) <= UInt(inlineBytes)) else {
            return sendLong(from: sender, to: actor, payload, size)
        }
        guard let payload, _fastPath(!actor.pointee.flags.has(.refusing)),
            _fastPath(actor.hasRoom) || actor.attachFreeSlot()
        else {
            return sendWithCare(from: sender, to: actor, payload, size)
        }
        put(MessageType.send, from: sender, token: 0, payload, size, into: actor)
        return .ok
    }

    /// Writes a short message into the next slot.
    @inline(__always)
    private func put(
        _ type: UInt16, from sender: backstage_ref, token: UInt64, _ payload: UnsafeRawPointer, _ size: Int,
        into actor: Actor
    ) {
        let slot = actor.slot(actor.pointee.tail)
        slot.begin(type, from: sender, token: token, size: size)
        copyShort(slot.inlined, payload, size)
        commit(actor)
    }

    /// Whether a payload travels in its envelope.
    @inline(__always)
    func isShort(_ payload: UnsafeRawPointer?, _ size: Int) -> Bool {
        payload != nil && UInt(bitPattern: size) <= UInt(inlineBytes)
    }

    /// The same, if the message is short, and welcome; false if it needs a closer look.
    @inline(__always)
    func tryPut(
        _ type: UInt16, from sender: backstage_ref, token: UInt64, _ payload: UnsafeRawPointer?, _ size: Int,
        into actor: Actor
    ) -> Bool {
        guard isShort(payload, size), let payload, !actor.pointee.flags.has(.refusing),
            actor.hasRoom || actor.attachFreeSlot()
        else { return false }
        put(type, from: sender, token: token, payload, size, into: actor)
        return true
    }

    /// The same for a payload that needs a block.
    @inline(never)
    private func sendLong(
        from sender: backstage_ref, to actor: Actor, _ payload: UnsafeRawPointer?, _ size: Int
    ) -> Status {
        guard checkPayload(payload, size) == .ok, let payload, !actor.pointee.flags.has(.refusing),
            actor.hasRoom || actor.pointee.ring == nil
        else {
            return sendWithCare(from: sender, to: actor, payload, size)
        }
        guard let block = makeBlock(size) else { return .noMemory }
        guard actor.hasRoom || actor.attachFreeSlot() else {
            release(block)
            return sendWithCare(from: sender, to: actor, payload, size)
        }
        memcpy(block.pointee.bytes, payload, size)
        let slot = actor.slot(actor.pointee.tail)
        slot.begin(MessageType.send, from: sender, token: 0, size: size)
        slot.carry(block)
        actor.count(block)
        commit(actor)
        return .ok
    }

    /// Counts the message just written, and sees to it that its receiver gets a turn.
    @inline(__always)
    func commit(_ actor: Actor) {
        actor.pointee.tail &+= 1
        pointee.accepted &+= 1
        makeReady(actor)
    }
}

extension Actor {
    /// Whether the next slot may be written as things are. `makeRoom` tries harder.
    @inline(__always) var hasRoom: Bool { used < pointee.threshold }
}

extension Actor {
    @inline(__always)
    package func send(toID id: UnsafePointer<CChar>, _ payload: UnsafeRawPointer?, _ size: Int) -> Status {
        let status = check()
        if status != .ok { return status }
        let engine = pointee.engine
        guard let name = engine.name(id) else { return .invalidID }
        guard let actor = engine.actor(named: name) else { return .notFound }
        return engine.send(from: ref, to: actor, payload, size)
    }

    package func send(_ receiver: backstage_ref, payload block: Block) -> Status {
        let status = check()
        return status == .ok ? pointee.engine.send(from: ref, receiver, payload: block) : status
    }
}
