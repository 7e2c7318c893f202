import CBackstage
import CLibev

/// The header's words as the core uses them: C enumerators arrive as `Int`, statuses are 32 bits.
package typealias Status = backstage_status

/// The statuses of `backstage.h`, by their names there.
extension Status {
    package static var ok: Status { 0 }
    package static var invalidArgument: Status { Status(BACKSTAGE_INVALID_ARGUMENT) }
    package static var invalidID: Status { Status(BACKSTAGE_INVALID_ID) }
    package static var invalidTopic: Status { Status(BACKSTAGE_INVALID_TOPIC) }
    package static var invalidSignal: Status { Status(BACKSTAGE_INVALID_SIGNAL) }
    package static var badDescriptor: Status { Status(BACKSTAGE_BAD_DESCRIPTOR) }
    package static var notFound: Status { Status(BACKSTAGE_NOT_FOUND) }
    package static var ending: Status { Status(BACKSTAGE_ENDING) }
    package static var exists: Status { Status(BACKSTAGE_EXISTS) }
    package static var notSubscribed: Status { Status(BACKSTAGE_NOT_SUBSCRIBED) }
    package static var notMonitored: Status { Status(BACKSTAGE_NOT_MONITORED) }
    package static var notWaiting: Status { Status(BACKSTAGE_NOT_WAITING) }
    package static var inboxFull: Status { Status(BACKSTAGE_INBOX_FULL) }
    package static var queueFull: Status { Status(BACKSTAGE_QUEUE_FULL) }
    package static var payloadTooLarge: Status { Status(BACKSTAGE_PAYLOAD_TOO_LARGE) }
    package static var limit: Status { Status(BACKSTAGE_LIMIT) }
    package static var noMemory: Status { Status(BACKSTAGE_NO_MEMORY) }
    package static var wrongThread: Status { Status(BACKSTAGE_WRONG_THREAD) }
    package static var otherEngine: Status { Status(BACKSTAGE_OTHER_ENGINE) }
    package static var inCallback: Status { Status(BACKSTAGE_IN_CALLBACK) }
    package static var timeout: Status { Status(BACKSTAGE_TIMEOUT) }
    package static var stopped: Status { Status(BACKSTAGE_STOPPED) }
    package static var notVirtual: Status { Status(BACKSTAGE_NOT_VIRTUAL) }
    package static var system: Status { Status(BACKSTAGE_SYSTEM) }
    static var pending: Status { Status(BACKSTAGE_PENDING) }
    static var yield: Status { Status(BACKSTAGE_YIELD) }
}

/// Message types, as stored in an envelope.
enum MessageType {
    static var send: UInt16 { UInt16(BACKSTAGE_SEND) }
    static var publish: UInt16 { UInt16(BACKSTAGE_PUBLISH) }
    static var subscribe: UInt16 { UInt16(BACKSTAGE_SUBSCRIBE) }
    static var unsubscribe: UInt16 { UInt16(BACKSTAGE_UNSUBSCRIBE) }
    static var request: UInt16 { UInt16(BACKSTAGE_REQUEST) }
    static var reply: UInt16 { UInt16(BACKSTAGE_REPLY) }
    static var failure: UInt16 { UInt16(BACKSTAGE_FAILURE) }
    static var timer: UInt16 { UInt16(BACKSTAGE_TIMER) }
    static var io: UInt16 { UInt16(BACKSTAGE_IO) }
    static var signal: UInt16 { UInt16(BACKSTAGE_SIGNAL) }
    static var terminated: UInt16 { UInt16(BACKSTAGE_TERMINATED) }
    static var receiveTimeout: UInt16 { UInt16(BACKSTAGE_RECEIVE_TIMEOUT) }
}

/// Why an actor ended.
package enum Reason {
    static var normal: backstage_reason { backstage_reason(BACKSTAGE_REASON_NORMAL) }
    static var stopped: backstage_reason { backstage_reason(BACKSTAGE_REASON_STOPPED) }
    static var failed: backstage_reason { backstage_reason(BACKSTAGE_REASON_FAILED) }
    static var killed: backstage_reason { backstage_reason(BACKSTAGE_REASON_KILLED) }
    static var engineEnded: backstage_reason { backstage_reason(BACKSTAGE_REASON_ENGINE_ENDED) }
    static var notFound: backstage_reason { backstage_reason(BACKSTAGE_REASON_NOT_FOUND) }
    static var restarted: backstage_reason { backstage_reason(BACKSTAGE_REASON_RESTARTED) }
}

/// Why a message became a dead letter.
package enum DeadReason {
    static var notFound: backstage_dead_reason { backstage_dead_reason(BACKSTAGE_DEAD_NOT_FOUND) }
    static var ended: backstage_dead_reason { backstage_dead_reason(BACKSTAGE_DEAD_ENDED) }
    static var inboxFull: backstage_dead_reason { backstage_dead_reason(BACKSTAGE_DEAD_INBOX_FULL) }
    static var droppedNewest: backstage_dead_reason { backstage_dead_reason(BACKSTAGE_DEAD_DROPPED_NEWEST) }
    static var droppedOldest: backstage_dead_reason { backstage_dead_reason(BACKSTAGE_DEAD_DROPPED_OLDEST) }
    static var failed: backstage_dead_reason { backstage_dead_reason(BACKSTAGE_DEAD_FAILED) }
    static var notWaiting: backstage_dead_reason { backstage_dead_reason(BACKSTAGE_DEAD_NOT_WAITING) }
    static var noMemory: backstage_dead_reason { backstage_dead_reason(BACKSTAGE_DEAD_NO_MEMORY) }
    static var engineEnded: backstage_dead_reason { backstage_dead_reason(BACKSTAGE_DEAD_ENGINE_ENDED) }
}
