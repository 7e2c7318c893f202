import CBackstage
import CLibev

/// A line for the log, put together without the heap. What does not fit is cut off.
private struct Line {
    private let room: UnsafeMutableBufferPointer<CChar>
    private var count = 0

    init(_ room: UnsafeMutableBufferPointer<CChar>) { self.room = room }

    mutating func append(_ byte: UInt8) {
        guard count < room.count - 1 else { return }
        room[count] = CChar(bitPattern: byte)
        count += 1
    }

    mutating func append(_ text: StaticString) {
        for i in 0..<text.utf8CodeUnitCount { append(text.utf8Start[i]) }
    }

    mutating func append(_ text: UnsafePointer<CChar>) {
        var next = text
        while next.pointee != 0 {
            append(UInt8(bitPattern: next.pointee))
            next += 1
        }
    }

    mutating func append(_ number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var divisor: UInt64 = 1
        let magnitude = number.magnitude
        while magnitude / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(magnitude / divisor % 10))
            divisor /= 10
        }
    }

    mutating func finish() -> UnsafePointer<CChar> {
        room[count] = 0
        return UnsafePointer(room.baseAddress.unsafelyUnwrapped)
    }
}

extension Engine {
    /// "actor "id" failed: status -1000 (USER)"
    @inline(never)
    func logFailure(_ actor: Actor, _ what: StaticString, _ status: Status) {
        log(UInt32(BACKSTAGE_LOG_ERROR)) { line in
            describe(actor, &line)
            line.append(UInt8(ascii: " "))
            line.append(what)
            line.append(": status ")
            line.append(Int64(status))
            line.append(" (")
            line.append(status.name)
            line.append(")")
        }
    }

    @inline(never)
    func logLine(_ level: backstage_log_level, _ text: StaticString) {
        log(level) { $0.append(text) }
    }

    @inline(never)
    func logLine(_ level: backstage_log_level, _ text: StaticString, _ actor: Actor) {
        log(level) { line in
            line.append(text)
            line.append(" ")
            describe(actor, &line)
        }
    }

    private func describe(_ actor: Actor, _ line: inout Line) {
        line.append("actor ")
        if actor.details.pointee.id == nil {
            line.append(Int64(bitPattern: actor.ref))
        } else {
            line.append(UInt8(ascii: "\""))
            line.append(actor.id)
            line.append(UInt8(ascii: "\""))
        }
    }

    private func log(_ level: backstage_log_level, _ write: (inout Line) -> Void) {
        guard let log = pointee.log else { return }
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { room in
            var line = Line(room)
            write(&line)
            let text = line.finish()
            observe { log(level, text, pointee.logState) }
        }
    }
}

extension Status {
    /// The name in the header, less its prefix.
    package var name: StaticString {
        switch self {
        case .ok: "OK"
        case .invalidArgument: "INVALID_ARGUMENT"
        case .invalidID: "INVALID_ID"
        case .invalidTopic: "INVALID_TOPIC"
        case .invalidSignal: "INVALID_SIGNAL"
        case .badDescriptor: "BAD_DESCRIPTOR"
        case .notFound: "NOT_FOUND"
        case .ending: "ENDING"
        case .exists: "EXISTS"
        case .notSubscribed: "NOT_SUBSCRIBED"
        case .notMonitored: "NOT_MONITORED"
        case .notWaiting: "NOT_WAITING"
        case .inboxFull: "INBOX_FULL"
        case .queueFull: "QUEUE_FULL"
        case .payloadTooLarge: "PAYLOAD_TOO_LARGE"
        case .limit: "LIMIT"
        case .noMemory: "NO_MEMORY"
        case .wrongThread: "WRONG_THREAD"
        case .otherEngine: "OTHER_ENGINE"
        case .inCallback: "IN_CALLBACK"
        case .timeout: "TIMEOUT"
        case .stopped: "STOPPED"
        case .notVirtual: "NOT_VIRTUAL"
        case .system: "SYSTEM"
        default: self <= Status(BACKSTAGE_USER_STATUS) ? "USER" : "UNKNOWN"
        }
    }
}

/// The empty string, for who has no name.
package var noName: UnsafePointer<CChar> {
    let empty: StaticString = ""
    return UnsafeRawPointer(empty.utf8Start).assumingMemoryBound(to: CChar.self)
}
