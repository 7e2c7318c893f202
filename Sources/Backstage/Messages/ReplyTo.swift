import BackstageCore

/// What it takes to answer a request: part of the message that asks, and answered once, now or later, by
/// whoever has it.
///
/// ```swift
/// enum Message { case total(ReplyTo<Int>) }
/// …
/// case .total(let reply): try reply.send(total)
/// ```
///
/// A plain value of 20 bytes that keeps nothing alive. Any thread.
public struct ReplyTo<Reply: Sendable>: Sendable, Hashable {
    @usableFromInline let asker: UInt64
    @usableFromInline let token: UInt64
    @usableFromInline let engineNumber: UInt32

    @inlinable init(asker: UInt64, token: UInt64, engine: UInt32) {
        self.asker = asker
        self.token = token
        engineNumber = engine
    }

    /// Answers the request.
    ///
    /// - Throws: `notWaiting` when the request has been answered, timed out or gone: the answer is then a
    ///   dead letter; `inboxFull` when the asker's inbox is full, whatever its policy: try again later;
    ///   `payloadTooLarge`, `noMemory`, `closed`; to an asker of C or Python `notEncodable`, also
    ///   if encoding throws. From another thread than the engine's, only `queueFull` and
    ///   `closed`.
    @inlinable
    public func send(_ reply: consuming Reply) throws(BackstageError) {
        guard isAlignable(Reply.self) else { throw .invalidArgument }
        let copy = reply
        let status = withUnsafeTemporaryAllocation(of: Reply.self, capacity: 1) { room in
            let place = room.baseAddress.unsafelyUnwrapped
            place.initialize(to: copy)
            let status = sendReply(
                asker, token, engineNumber, place, MemoryLayout<Reply>.size, ValueType<Reply>.pointer,
                isTrivial: _isPOD(Reply.self))
            // A late answer is a dead letter, and so has been moved.
            if status != 0, status != notWaitingStatus { place.deinitialize(count: 1) }
            return status
        }
        if status == 0 { return }
        try sendWithCare(copy, status)
    }

    /// To an asker of C or Python, from another thread, or refused.
    @usableFromInline @inline(never)
    func sendWithCare(_ reply: Reply, _ status: Int32) throws(BackstageError) {
        switch status {
        case needsEncoding:
            let bytes = try encode(reply)
            let status = EngineTable.with(engineNumber) { core in
                bytes.withUnsafeBytes { core.reply(to: asker, token, $0.baseAddress, $0.count) }
            }
            guard let status else { throw .closed }
            try throwing(status)
        case Status.wrongThread, Status.otherEngine:
            try onThread(of: engineNumber) { engine in
                if engine != nil { try? send(reply) }
            }
        default: throw BackstageError(status: status)
        }
    }
}

@usableFromInline let notWaitingStatus: Int32 = -11

@usableFromInline
func sendReply(
    _ asker: UInt64, _ token: UInt64, _ engine: UInt32, _ value: UnsafeRawPointer, _ size: Int,
    _ type: UnsafeRawPointer, isTrivial: Bool
) -> Int32 {
    let value = Value(value, size, type: type, isTrivial: isTrivial)
    func send(_ core: Core) -> Int32 {
        core.isAskerForeign(token) ? needsEncoding : core.reply(to: asker, token, value)
    }
    if let core = currentCore(engine) { return send(core) }
    return EngineTable.with(engine) { core in
        let status = core.check()
        return status == 0 ? send(core) : status
    } ?? closedStatus
}
