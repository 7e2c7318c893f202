import BackstageCore
import CBackstage

// All that is no native message for an actor with its own behavior: bytes, publications, answers, events.

@usableFromInline @inline(never)
func receiveOther(_ slot: Slot, _ state: UnsafeMutableRawPointer) -> Int32 {
    AnyCell.of(state).receiveOther(slot, state)
}

extension AnyCell {
    func receiveOther(_ slot: Slot, _ state: UnsafeMutableRawPointer) -> Int32 {
        switch Int(slot.pointee.type) {
        case BACKSTAGE_SEND, BACKSTAGE_REQUEST: return attempt { try receiveWithCare(slot) }
        case BACKSTAGE_PUBLISH: return receivePublication(slot, state)
        case BACKSTAGE_REPLY:
            // Without a handler it was given up, just before it came.
            return requests.removeValue(forKey: slot.pointee.token)?(slot, state) ?? 0
        case BACKSTAGE_SUBSCRIBE, BACKSTAGE_UNSUBSCRIBE:
            return attempt { try subscriptionChanged(SubscriptionChange(slot, hooks.number)) }
        default: return acting { receiveEvent(slot, state) }
        }
    }

    private func receiveEvent(_ slot: Slot, _ state: UnsafeMutableRawPointer) -> Int32 {
        let token = slot.pointee.token
        switch Int(slot.pointee.type) {
        case BACKSTAGE_FAILURE: return requests.removeValue(forKey: token)?(slot, state) ?? 0
        case BACKSTAGE_RECEIVE_TIMEOUT: return receiveTimeout?(slot, state) ?? 0
        case BACKSTAGE_TERMINATED:
            if let handler = monitors.removeValue(forKey: slot.pointee.sender) { return handler(slot, state) }
            return attempt { try childFailed(Termination(slot, hooks.number)) }
        default:
            guard let source = sources[token] else { return 0 }
            if source.isOnce { sources[token] = nil }
            return source.handler(slot, state)
        }
    }
}

/// Gives an actor a message made of something else.
@inlinable
func deliver<Message>(_ message: Message, _ slot: Slot, _ state: UnsafeMutableRawPointer) -> Int32 {
    withUnsafeTemporaryAllocation(of: Message.self, capacity: 1) { room in
        let place = room.baseAddress.unsafelyUnwrapped
        place.initialize(to: message)
        return deliverValue(place, slot, state)
    }
}

@usableFromInline
func deliverValue(_ value: UnsafeMutableRawPointer, _ slot: Slot, _ state: UnsafeMutableRawPointer) -> Int32 {
    Unmanaged<AnyCell>.fromOpaque(state)._withUnsafeGuaranteedRef { $0.deliver(value, slot, state) }
}

extension SubscriptionChange {
    init(_ slot: Slot, _ engine: UInt32) {
        subscriber = AnyActorRef(slot.pointee.sender, engine)
        begins = Int(slot.pointee.type) == BACKSTAGE_SUBSCRIBE
        let name = UnsafeRawBufferPointer(start: slot.pointee.payload, count: Int(slot.pointee.size))
        topic = name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }
}
