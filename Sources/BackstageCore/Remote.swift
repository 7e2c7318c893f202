import CBackstage
import CLibev

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
    private func enqueue(
        _ action: RemoteAction, _ receiver: backstage_ref, _ name: Name?, _ payload: UnsafeRawPointer?,
        _ size: Int
    ) -> Status {
        if size < 0 || size > pointee.payloadBytesMax { return .payloadTooLarge }
        if payload == nil && size > 0 { return .invalidArgument }
        if size > inlineBytes || name != nil { return enqueueBlock(action, receiver, name, payload, size) }
        let message = RemoteMessage(action: action, receiver: receiver, size: size, bytes: payload)
        return pointee.remote.push(message) ? .ok : .queueFull
    }

    @inline(never)
    private func enqueueBlock(
        _ action: RemoteAction, _ receiver: backstage_ref, _ name: Name?, _ payload: UnsafeRawPointer?,
        _ size: Int
    ) -> Status {
        let nameLength = name?.length ?? 0
        guard let block = pointee.sharedBlocks.make(size + nameLength + 1) else { return .noMemory }
        block.pointee.size = size
        if let payload { memcpy(block.pointee.bytes, payload, size) }
        if let name { memcpy(block.pointee.bytes + size, name.bytes, nameLength) }
        block.pointee.bytes.storeBytes(of: 0, toByteOffset: size + nameLength, as: UInt8.self)
        let message = RemoteMessage(
            action: action, receiver: receiver, size: size, block: block, nameLength: nameLength)
        if pointee.remote.push(message) { return .ok }
        block.releaseShared()
        return .queueFull
    }

    package func requestStop() {
        if isCurrent {
            pointee.stopRequested = true
            pointee.untilLook = 0
            pointee.running?.pointee.flags.insert(.halted)
        } else {
            pointee.remote.requestStop()
        }
    }
}

/// Messages taken in at one look: the rest waits, so that the actors here get their turn.
private let messagesPerLook = 4096

extension Engine {
    /// Takes in what other threads have sent.
    func takeIn() {
        for _ in 0..<messagesPerLook {
            guard let slot = pointee.remote.peek() else { return }
            let status = accept(slot)
            if status != .ok { buryRemote(slot, status) }
            pointee.remote.pop(slot)
        }
    }

    /// Everything left becomes a dead letter: the engine ends.
    func buryRemoteQueue() {
        while let slot = pointee.remote.peek() {
            pointee.accepted += 1
            composeRemote(slot)
            bury(pointee.outbox, addressedTo: slot.pointee.receiver, DeadReason.engineEnded)
            pointee.remote.pop(slot)
        }
    }

    private func accept(_ slot: UnsafeMutablePointer<RemoteSlot>) -> Status {
        composeRemote(slot)
        switch slot.pointee.action {
        case .send:
            guard let actor = actor(slot.pointee.receiver) else { return .notFound }
            return deliver(pointee.outbox, to: actor)
        case .sendToID:
            guard let actor = actor(named: remoteName(slot)) else { return .notFound }
            return deliver(pointee.outbox, to: actor)
        case .broadcast:
            _ = broadcastOutbox(to: remoteName(slot))
            return .ok
        case .publish:
            guard let actor = actor(slot.pointee.receiver) else { return .notFound }
            return publish(as: actor, remoteTopic(slot), remotePublication(slot), nil)
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
            bytes: block.pointee.bytes + block.pointee.size, length: Int(slot.pointee.nameLength),
            seed: pointee.seed)
    }

    private func composeRemote(_ slot: UnsafeMutablePointer<RemoteSlot>) {
        let isPublication = slot.pointee.action == .publish
        let type = isPublication ? MessageType.publish : MessageType.send
        let sender = isPublication ? slot.pointee.receiver : 0
        if slot.pointee.reserved & Carries.block != 0 {
            compose(type, from: sender, slot.inlined.load(as: Block.self))
        } else {
            _ = compose(type, from: sender, UnsafeRawPointer(slot.inlined), Int(slot.pointee.size))
        }
    }

    private func buryRemote(_ slot: UnsafeMutablePointer<RemoteSlot>, _ status: Status) {
        pointee.accepted += 1
        let reason = status.deadReason
        if let actor = actor(slot.pointee.receiver) {
            bury(pointee.outbox, for: actor, reason)
        } else {
            bury(pointee.outbox, addressedTo: slot.pointee.receiver, reason)
        }
    }
}
