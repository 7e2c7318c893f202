import CBackstage
import CLibev
import Synchronization

// Sends that any thread may make. On the engine's own thread they take effect at once; from elsewhere
// they travel through the queue.

extension Engine {
    @inline(__always)
    package func sendFromOutside(_ receiver: backstage_ref, _ payload: UnsafeRawPointer?, _ size: Int)
        -> Status
    {
        if isHere { return send(from: 0, receiver, payload, size) }
        return enqueue(.send, receiver, nil, payload, size)
    }

    package func sendFromOutside(toID id: UnsafePointer<CChar>?, _ payload: UnsafeRawPointer?, _ size: Int)
        -> Status
    {
        guard let name = name(id) else { return id == nil ? .invalidArgument : .invalidID }
        if !isHere { return enqueue(.sendToID, 0, name, payload, size) }
        guard let actor = actor(named: name) else { return .notFound }
        return send(from: 0, to: actor, payload, size)
    }

    package func sendFromOutside(_ receiver: backstage_ref, payload block: Block) -> Status {
        if block.pointee.shared != pointee.sharedBlocks { return .otherEngine }
        if isHere { return send(from: 0, receiver, payload: block) }
        if pointee.remote.pointee.isClosed.load(ordering: .relaxed) { return .ending }
        let message = RemoteMessage(action: .send, receiver: receiver, size: block.pointee.size, block: block)
        return pointee.remote.push(message) ? .ok : .queueFull
    }

    package func publishFromOutside(
        as publisher: backstage_ref, _ topic: TopicArgument, _ payload: UnsafeRawPointer?, _ size: Int
    ) -> Status {
        guard let (name, form) = topicName(topic), form == .name else { return topic.error }
        if !isHere { return enqueue(.publish, publisher, name, payload, size) }
        guard let actor = actor(publisher) else { return .notFound }
        return publish(as: actor, topic, .bytes(payload, size), nil)
    }

    package func broadcastFromOutside(
        _ kind: UnsafePointer<CChar>?, _ payload: UnsafeRawPointer?, _ size: Int
    ) -> Status {
        guard let name = name(kind) else { return kind == nil ? .invalidArgument : .invalidID }
        if isHere { return broadcast(from: 0, kind, payload, size, nil) }
        return enqueue(.broadcast, 0, name, payload, size)
    }

    /// Hands a payload over to another actor: on `ok` the caller's reference is the engine's.
    package func send(from sender: backstage_ref, _ receiver: backstage_ref, payload block: Block) -> Status {
        if block.pointee.shared != pointee.sharedBlocks { return .otherEngine }
        guard let actor = actor(receiver) else { return .notFound }
        compose(MessageType.send, from: sender, block)
        return deliver(pointee.outbox, to: actor)
    }

    /// What is short and addressed by ref travels in the slot; else a block holds payload and name.
    @inline(__always)
    func enqueue(
        _ action: RemoteAction, _ receiver: backstage_ref, _ name: Name?, _ payload: UnsafeRawPointer?,
        _ size: Int, _ request: UnsafeMutablePointer<OutsideRequest>? = nil
    ) -> Status {
        let status = checkPayload(payload, size)
        if status != .ok { return status }
        if pointee.remote.pointee.isClosed.load(ordering: .relaxed) { return .ending }
        if size > inlineBytes || name != nil {
            return enqueueBlock(action, receiver, name, payload, size, request)
        }
        let message = RemoteMessage(
            action: action, receiver: receiver, size: size, bytes: payload, request: request)
        return pointee.remote.push(message) ? .ok : .queueFull
    }

    @inline(never)
    private func enqueueBlock(
        _ action: RemoteAction, _ receiver: backstage_ref, _ name: Name?, _ payload: UnsafeRawPointer?,
        _ size: Int, _ request: UnsafeMutablePointer<OutsideRequest>?
    ) -> Status {
        let nameLength = name?.length ?? 0
        guard let block = pointee.sharedBlocks.make(size + nameLength + 1) else { return .noMemory }
        block.pointee.size = size
        if let payload { memcpy(block.pointee.bytes, payload, size) }
        if let name { memcpy(block.pointee.bytes + size, name.bytes, nameLength) }
        block.pointee.bytes.storeBytes(of: 0, toByteOffset: size + nameLength, as: UInt8.self)
        let message = RemoteMessage(
            action: action, receiver: receiver, size: size, block: block, nameLength: nameLength,
            request: request)
        if pointee.remote.push(message) { return .ok }
        block.releaseShared()
        return .queueFull
    }

    package func requestStop() {
        if isOwnThread, isCurrent || clibev_current() == observing {
            stopHere()
        } else {
            pointee.remote.requestStop()
        }
    }
}

/// Messages taken in at one look: the rest waits, so that the actors here get their turn.
private let messagesPerLook = 4096

extension Engine {
    /// Takes in what other threads have sent. What meets a full inbox waits for the actor's next turn, and
    /// all behind it: so a fast sender fills the queue, and is told, before anything is lost.
    func takeIn() {
        for _ in 0..<messagesPerLook {
            guard let slot = pointee.remote.peek() else { return }
            guard acceptShort(slot) || accept(slot) else { return }
            pointee.blockedReceiver = 0
            pointee.remote.pop(slot)
        }
    }

    /// The usual case: a short payload for an actor that has room. False if it is another.
    @inline(__always)
    private func acceptShort(_ slot: UnsafeMutablePointer<RemoteSlot>) -> Bool {
        guard slot.pointee.action == .send, slot.pointee.reserved & Carries.block == 0,
            let actor = actor(slot.pointee.receiver),
            !actor.pointee.flags.has(.refusing), actor.hasRoom || actor.attachFreeSlot()
        else { return false }
        let message = actor.slot(actor.pointee.tail)
        message.begin(MessageType.send, from: 0, token: 0, size: Int(slot.pointee.size))
        message.pointee.inline_bytes = slot.pointee.inlined
        message.pointee.reserved = slot.pointee.reserved
        commit(actor)
        return true
    }

    /// Everything left becomes a dead letter: the engine ends. Other threads may put something in until the
    /// companion has shut them out, so that it calls this again then.
    package func buryRemoteQueue() {
        while let slot = pointee.remote.peek() {
            if slot.pointee.action == .call {
                abandon(slot)
                pointee.remote.pop(slot)
                continue
            }
            composeRemote(slot)
            buryRemote(receiver(of: slot), slot, DeadReason.engineEnded)
            _ = slot.request?.answer(.ending, nil)
            pointee.remote.pop(slot)
        }
    }

    /// False if the message has to wait.
    @inline(never)
    private func accept(_ slot: UnsafeMutablePointer<RemoteSlot>) -> Bool {
        if slot.pointee.action == .call { return perform(slot) }
        composeRemote(slot)
        let receiver = receiver(of: slot)
        switch slot.pointee.action {
        case .send, .sendToID:
            guard let receiver else { return buryRemote(nil, slot, DeadReason.notFound) }
            if mustWait(for: receiver) { return false }
            let status = deliver(pointee.outbox, to: receiver)
            return status == .ok || buryRemote(receiver, slot, status.deadReason)
        case .request, .requestToID: return acceptRequest(slot, receiver)
        case .broadcast:
            var hasForeign = false
            _ = broadcastOutbox(to: remoteName(slot), .everybody, &hasForeign)
            return true
        case .publish:
            guard let publisher = actor(slot.pointee.receiver) else {
                return buryRemote(nil, slot, DeadReason.notFound)
            }
            let status = publish(as: publisher, remoteTopic(slot), remotePublication(slot), nil)
            return status == .ok || buryRemote(nil, slot, status.deadReason)
        case .call: return true
        }
    }

    private func acceptRequest(_ slot: UnsafeMutablePointer<RemoteSlot>, _ receiver: Actor?) -> Bool {
        guard let request = slot.request else { return true }
        var status = Status.notFound
        if let receiver {
            if mustWait(for: receiver) { return false }
            status = deliver(request, to: receiver)
        }
        if status == .ok { return true }
        _ = request.answer(status, nil)
        return buryRemote(receiver, slot, status.deadReason)
    }

    /// Whether an inbox that rejects is full, and its actor has had no turn since that was first seen.
    private func mustWait(for actor: Actor) -> Bool {
        guard !actor.pointee.flags.has(.refusing), actor.isRejecting, hasTurnToCome(actor) else {
            return false
        }
        let isNews = pointee.blockedReceiver != actor.ref || pointee.blockedHead == actor.pointee.head
        pointee.blockedReceiver = actor.ref
        if isNews { pointee.blockedHead = actor.pointee.head }
        return isNews
    }

    /// Nobody is held up by an actor that waits for its restart, or has set all aside.
    private func hasTurnToCome(_ actor: Actor) -> Bool {
        let flags = actor.pointee.flags
        return actor.waiting > 0 && flags.has(.ready) && !flags.has(.suspended) && !flags.has(.parked)
    }

    private func receiver(of slot: UnsafeMutablePointer<RemoteSlot>) -> Actor? {
        switch slot.pointee.action {
        case .send, .request: actor(slot.pointee.receiver)
        case .sendToID, .requestToID: actor(named: remoteName(slot))
        case .publish, .broadcast, .call: nil
        }
    }

    private func remoteTopic(_ slot: UnsafeMutablePointer<RemoteSlot>) -> TopicArgument {
        if slot.pointee.nameLength == 0 { return .main }
        return .named(remoteName(slot).bytes.assumingMemoryBound(to: CChar.self))
    }

    private func remotePublication(_ slot: UnsafeMutablePointer<RemoteSlot>) -> Publication {
        if slot.pointee.reserved & Carries.block != 0 { return .block(slot.inlined.load(as: Block.self)) }
        return .bytes(slot.inlined, Int(slot.pointee.size))
    }

    private func remoteName(_ slot: UnsafeMutablePointer<RemoteSlot>) -> Name {
        let block = slot.inlined.load(as: Block.self)
        return Name(
            bytes: block.pointee.bytes + block.pointee.size, length: slot.lengthOfName,
            seed: pointee.seed)
    }

    private func composeRemote(_ slot: UnsafeMutablePointer<RemoteSlot>) {
        let isPublication = slot.pointee.action == .publish
        let type =
            isPublication ? MessageType.publish : slot.request == nil ? MessageType.send : MessageType.request
        let sender = isPublication ? slot.pointee.receiver : 0
        if slot.pointee.reserved & Carries.block != 0 {
            compose(type, from: sender, slot.inlined.load(as: Block.self))
            pointee.outbox.pointee.size = slot.pointee.size
            pointee.outbox.pointee.reserved = slot.pointee.reserved
        } else {
            let message = pointee.outbox
            message.begin(type, from: sender, token: 0, size: Int(slot.pointee.size))
            message.pointee.inline_bytes = slot.pointee.inlined
            message.pointee.reserved = slot.pointee.reserved
        }
    }

    /// Makes a dead letter of the message in the outbox. True, for there is nothing left to wait for.
    @discardableResult
    private func buryRemote(
        _ receiver: Actor?, _ slot: UnsafeMutablePointer<RemoteSlot>, _ reason: backstage_dead_reason
    ) -> Bool {
        pointee.accepted += 1
        if let receiver {
            bury(pointee.outbox, for: receiver, reason)
        } else {
            let isByRef = slot.pointee.action == .send || slot.pointee.action == .request
            bury(pointee.outbox, addressedTo: isByRef ? slot.pointee.receiver : 0, reason)
        }
        return true
    }
}
