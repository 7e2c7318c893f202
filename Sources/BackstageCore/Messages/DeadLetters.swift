import CBackstage

extension Engine {
    /// Makes a dead letter of an accepted message that no longer is, or never was, in an inbox.
    @inline(never)
    func bury(_ message: Envelope, for actor: Actor, _ reason: backstage_dead_reason) {
        actor.details.pointee.dead &+= 1
        bury(message, addressedTo: actor.ref, reason)
    }

    @inline(never)
    func bury(_ message: Envelope, addressedTo receiver: backstage_ref, _ reason: backstage_dead_reason) {
        pointee.dead &+= 1
        if let callback = pointee.deadLetter {
            observe { callback(handle, receiver, message, reason, pointee.deadLetterState) }
        }
        if message.pointee.type == MessageType.request { requestDied(message, receiver, reason) }
        discard(message)
    }

    /// Gives back what one copy of a message carries, once that is done with.
    func discard(_ message: Envelope) {
        if message.pointee.reserved & Carries.block != 0 { release(message.block) }
        if message.pointee.reserved & Carries.topic != 0 { release(message.topic) }
        if message.pointee.reserved & Carries.owned != 0 { destroyValue(of: message) }
    }
}
