import CBackstage

extension Engine {
    /// Makes a dead letter of an accepted message that no longer is, or never was, in an inbox.
    @inline(never)
    func bury(_ message: Envelope, for actor: Actor, _ reason: backstage_dead_reason) {
        countDead(actor)
        if !isOnlyCounted(message.pointee.type) { report(message, actor.ref, reason) }
        discard(message)
    }

    @inline(never)
    func bury(_ message: Envelope, addressedTo receiver: backstage_ref, _ reason: backstage_dead_reason) {
        pointee.dead &+= 1
        if !isOnlyCounted(message.pointee.type) { report(message, receiver, reason) }
        discard(message)
    }

    @inline(__always)
    func countDead(_ actor: Actor) {
        actor.details.pointee.dead &+= 1
        pointee.dead &+= 1
    }

    /// Whether nobody is told of a dead letter of this type.
    @inline(__always)
    func isOnlyCounted(_ type: UInt16) -> Bool { pointee.deadLetter == nil && type != MessageType.request }

    @inline(never)
    private func report(
        _ message: Envelope, _ receiver: backstage_ref, _ reason: backstage_dead_reason
    ) {
        if let callback = pointee.deadLetter {
            observe { callback(handle, receiver, message, reason, pointee.deadLetterState) }
        }
        if message.pointee.type == MessageType.request { requestDied(message, receiver, reason) }
    }

    /// Gives back what one copy of a message carries, once that is done with.
    @inline(__always)
    func discard(_ message: Envelope) {
        if message.pointee.reserved != 0 { discardCarried(message) }
    }

    @inline(never)
    private func discardCarried(_ message: Envelope) {
        if message.pointee.reserved & Carries.block != 0 { release(message.block) }
        if message.pointee.reserved & Carries.topic != 0 { release(message.topic) }
        if message.pointee.reserved & Carries.owned != 0 { destroyValue(of: message) }
    }
}
