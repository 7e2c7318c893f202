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
    let asker: UInt64
    let token: UInt64
    let engineNumber: UInt32

    init(asker: UInt64, token: UInt64, engine: UInt32) {
        self.asker = asker
        self.token = token
        engineNumber = engine
    }

    /// Answers the request.
    ///
    /// - Throws: `notWaiting` when the request has been answered, timed out or gone: the answer is then a
    ///   dead letter; `inboxFull` when the asker's inbox is full, whatever its policy: try again later;
    ///   `payloadTooLarge`, `noMemory`, `closed`; to an asker of C or Python `notEncodable`, and what
    ///   encoding throws as `undecodable`. From another thread than the engine's, only `queueFull` and
    ///   `closed`.
    public func send(_ reply: consuming Reply) throws(BackstageError) {
        if let core = currentCore(engineNumber) { return try send(reply, core) }
        let reply = reply
        let own: Result<Void, BackstageError>?? = EngineTable.with(engineNumber) { core in
            if core.check() != 0 { return nil }
            return Result { () throws(BackstageError) in try send(reply, core) }
        }
        guard let own else { throw .closed }
        if let own { return try own.get() }
        try onThread(of: engineNumber) { engine in
            if let engine { try? send(reply, engine.core) }
        }
    }

    private func send(_ reply: Reply, _ core: Core) throws(BackstageError) {
        if core.isAskerForeign(token) {
            let bytes = try encode(reply)
            try throwing(bytes.withUnsafeBytes { core.reply(to: asker, token, $0.baseAddress, $0.count) })
            return
        }
        guard isAlignable(Reply.self) else { throw .invalidArgument }
        let status = withValue(reply, isMovedIf: { $0 == 0 || $0 == .notWaiting }) {
            core.reply(to: asker, token, $0)
        }
        try throwing(status)
    }
}
