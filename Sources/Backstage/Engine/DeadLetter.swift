import BackstageCore
import CBackstage

/// A message that was accepted, and could not be handled.
public struct DeadLetter {
    /// Why it could not.
    public enum Reason: UInt32, Sendable, CaseIterable {
        /// From another thread, to nobody.
        case notFound = 1
        /// The receiver ended, or was ending, with it queued.
        case ended = 2
        /// A publication, a broadcast or another thread met a full inbox.
        case inboxFull = 3
        /// The receiver's policy dropped it.
        case droppedNewest = 4
        /// The receiver's policy dropped it for a newer one.
        case droppedOldest = 5
        /// The receiver failed on it.
        case failed = 6
        /// An answer that came too late, or twice.
        case notWaiting = 7
        /// From another thread, and no memory to queue it.
        case noMemory = 8
        /// The engine was closed with it queued.
        case engineEnded = 9
    }

    /// Why it could not be handled.
    public let reason: Reason
    /// Who should have got it; nil if unknown.
    public let receiver: AnyActorRef?
    /// The id of who should have got it, if it has one and still lives.
    public let receiverID: String?
    /// Who sent it; nil from outside the engine.
    public let sender: AnyActorRef?
    /// The topic it was published on, "" for a default topic; else nil.
    public let topic: String?
    /// The message itself, if it was a Swift value whose type is still known.
    public let message: Any?
    /// The message's bytes, if it came from C or Python.
    public let bytes: [UInt8]?

    init(_ engine: Engine, _ receiver: backstage_ref, _ slot: Slot, _ reason: backstage_dead_reason) {
        self.reason = Reason(rawValue: reason) ?? .ended
        self.receiver = receiver == 0 ? nil : AnyActorRef(receiver, engine.number)
        receiverID = engine.core.actor(receiver).flatMap {
            let id = String(cString: $0.id)
            return id.isEmpty ? nil : id
        }
        sender = slot.pointee.sender == 0 ? nil : AnyActorRef(slot.pointee.sender, engine.number)
        topic = topicName(of: slot).map { String(cString: $0) }
        guard slot.isValue else {
            message = nil
            bytes = Array(
                UnsafeRawBufferPointer(start: slot.pointee.payload, count: Int(slot.pointee.size)))
            return
        }
        bytes = nil
        if let type = slot.valueType {
            message = typeOfValue(type).copy(slot.value)
        } else if slot.isMessage, let actor = engine.core.actor(receiver) {
            message = AnyCell.of(actor, in: engine.core).map {
                typeOfValue($0.messageTypePointer).copy(slot.value)
            }
        } else {
            message = nil
        }
    }
}
