import BackstageCore
import CBackstage

/// What went wrong in a call of this library.
///
/// The cases are the statuses of `backstage.h`, by their names there, and a few more that only typed
/// messages have. A call that throws has changed nothing. No case holds more than a number, so that errors
/// cost nothing.
public enum BackstageError: Error, Hashable, Sendable {
    /// A value is out of range.
    case invalidArgument
    /// An id that is empty, longer than 255 bytes, or holds a NUL.
    case invalidID
    /// A topic that is empty or too long, has too many or empty tokens, or a misplaced `>`.
    case invalidTopic
    /// No such signal, or one that cannot be caught.
    case invalidSignal
    /// The descriptor is not open.
    case badDescriptor
    /// No such living actor, timer or watcher.
    case notFound
    /// The actor, or the engine, is ending and takes nothing new.
    case ending
    /// The id is taken.
    case exists
    /// There is no such subscription.
    case notSubscribed
    /// There is no such monitor.
    case notMonitored
    /// No request waits for this reply any more; or the actor has no message in hand.
    case notWaiting
    /// The receiver's inbox is full: try later.
    case inboxFull
    /// Too much waits from other threads: try later.
    case queueFull
    /// Larger than the engine's limit.
    case payloadTooLarge
    /// A count reached its limit.
    case limit
    /// The allocator, or the engine's limit of memory, said no.
    case noMemory
    /// The engine belongs to another thread.
    case wrongThread
    /// The actor is another engine's.
    case otherEngine
    /// Not from inside a callback.
    case inCallback
    /// The time given was over first.
    case timeout
    /// The actor asked ended, or failed, before it answered; or the run was stopped.
    case stopped
    /// The engine's clock cannot be advanced by hand.
    case notVirtual
    /// The system said no: `errno` tells why.
    case system
    /// The engine was closed.
    case closed
    /// The actor's messages are of another type.
    case wrongMessage
    /// A message has no form as bytes: its type is no ``Payload``.
    case notEncodable
    /// Bytes that make no message.
    case undecodable
    /// A failure was escalated past the top: ``Engine/lastFailure`` tells which.
    case failed
    /// A status of one's own, at or below -1000; an actor that throws it fails with it.
    case status(Int32)
}

extension BackstageError {
    /// The statuses that have a case of their own.
    private static let cases: [Status: BackstageError] = [
        .invalidArgument: .invalidArgument, .invalidID: .invalidID, .invalidTopic: .invalidTopic,
        .invalidSignal: .invalidSignal, .badDescriptor: .badDescriptor, .notFound: .notFound,
        .ending: .ending, .exists: .exists, .notSubscribed: .notSubscribed, .notMonitored: .notMonitored,
        .notWaiting: .notWaiting, .inboxFull: .inboxFull, .queueFull: .queueFull,
        .payloadTooLarge: .payloadTooLarge, .limit: .limit, .noMemory: .noMemory,
        .wrongThread: .wrongThread, .otherEngine: .otherEngine, .inCallback: .inCallback,
        .timeout: .timeout, .stopped: .stopped, .notVirtual: .notVirtual, .system: .system,
    ]
    private static let statuses = Dictionary(uniqueKeysWithValues: cases.map { ($1, $0) })

    /// The error of a status other than OK.
    @usableFromInline init(status: Int32) {
        self = status == closedStatus ? .closed : Self.cases[status] ?? .status(status)
    }

    /// The status that C and Python see for an error thrown by an actor.
    static func status(of error: any Error) -> Int32 {
        guard let error = error as? BackstageError else { return Status(BACKSTAGE_USER_STATUS) }
        if case .status(let status) = error { return status < 0 ? status : Status(BACKSTAGE_USER_STATUS) }
        return statuses[error] ?? Status(BACKSTAGE_USER_STATUS)
    }
}

/// Throws unless a status is OK.
@inline(__always)
func throwing(_ status: Int32) throws(BackstageError) {
    if status < 0 { throw BackstageError(status: status) }
}

extension Duration {
    /// Nanoseconds, as far as 64 bits can count them. A part of one is one more, so that nothing is early.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, isBeyond) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if isBeyond { return seconds < 0 ? .min : .max }
        let (parts, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let (sum, overflows) = whole.addingReportingOverflow(parts + rest.signum())
        return overflows ? (seconds < 0 ? .min : .max) : sum
    }
}
