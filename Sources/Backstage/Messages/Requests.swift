import BackstageCore
import CBackstage

/// A request that waits for its answer: to give it up by.
public struct Request: Sendable, Hashable {
    let token: UInt64
}

extension Context {
    /// Asks another actor. What becomes of that comes back as a message of this actor's: the answer, or why
    /// there is none.
    ///
    /// ```swift
    /// try context.request(counter, timeout: .seconds(1), { .total($0) }) { .counted($0) }
    /// ```
    ///
    /// - Parameters:
    ///   - timeout: of the engine's time; nil waits for as long as the actor lives.
    ///   - make: makes the message, around the ``ReplyTo`` that the other is to answer. Called at once.
    ///   - then: makes this actor's message of the outcome. Failures are `timeout`, `notFound`, `stopped`,
    ///     `inboxFull`, and `undecodable` for bytes that make no `Reply`.
    /// - Throws: `notFound`, `ending`, `inboxFull`, `payloadTooLarge`, `noMemory`, `otherEngine`.
    @discardableResult
    public func request<Reply: Sendable, Asked: Sendable>(
        _ ref: ActorRef<Asked>, timeout: Duration? = nil, _ make: (ReplyTo<Reply>) -> Asked,
        then: @escaping (Result<Reply, BackstageError>) -> Message
    ) throws(BackstageError) -> Request {
        try cell.request(ref, timeout, make) { result, _ in then(result) }
    }

    /// Asks another actor, and calls back with the outcome. A closure that refers to an actor which is a
    /// class may well outlive a restart of it: then it is the former one that it has.
    @discardableResult
    public func request<Reply: Sendable, Asked: Sendable>(
        _ ref: ActorRef<Asked>, timeout: Duration? = nil, _ make: (ReplyTo<Reply>) -> Asked,
        perform: @escaping (Result<Reply, BackstageError>, Context<Message>) throws -> Void
    ) throws(BackstageError) -> Request {
        try cell.request(ref, timeout, make) { result, context in
            try perform(result, context)
            return nil
        }
    }

    /// Gives a request up: nothing comes of it any more, but for a dead letter if it is answered still.
    /// Does nothing if its outcome has been handled.
    public func cancel(_ request: Request) { cell.cancel(request) }
}

extension MessageCell {
    func request<Reply: Sendable, Asked: Sendable>(
        _ ref: ActorRef<Asked>, _ timeout: Duration?, _ make: (ReplyTo<Reply>) -> Asked,
        _ then: @escaping (Result<Reply, BackstageError>, Context<Message>) throws -> Message?
    ) throws(BackstageError) -> Request {
        guard ref.engineNumber & ~foreignBit == hooks.number else { throw .otherEngine }
        if let timeout, timeout < .zero { throw .invalidArgument }
        var token: UInt64 = 0
        let nanoseconds = timeout.map { max(1, $0.nanoseconds) } ?? -1
        try throwing(core.openRequest(ref.rawValue, timeout: nanoseconds, &token))
        let message = make(ReplyTo(asker: core.ref, token: token, engine: hooks.number))
        do throws(BackstageError) {
            try send(token, message, isForeign: ref.engineNumber & foreignBit != 0)
        } catch {
            _ = core.cancelRequest(token)
            throw error
        }
        requests[token] = { [number = hooks.number] slot, context in
            try then(outcome(of: slot, number), context)
        }
        return Request(token: token)
    }

    private func send<Asked: Sendable>(_ token: UInt64, _ message: Asked, isForeign: Bool)
        throws(BackstageError)
    {
        if isForeign {
            let bytes = try encode(message)
            let status = bytes.withUnsafeBytes { core.sendRequest(token, $0.baseAddress, $0.count) }
            return try throwing(status)
        }
        try throwing(withValue(message, isMovedIf: { $0 == 0 }) { core.sendRequest(token, $0) })
    }

    func cancel(_ request: Request) {
        _ = core.cancelRequest(request.token)
        requests[request.token] = nil
    }
}

/// What a REPLY or FAILURE says.
private func outcome<Reply: Sendable>(of slot: Slot, _ engine: UInt32) -> Result<Reply, BackstageError> {
    if Int(slot.pointee.type) == BACKSTAGE_FAILURE {
        return .failure(BackstageError(status: slot.pointee.payload.load(as: backstage_failure.self).status))
    }
    if slot.hasValue { return .success(slot.take(Reply.self)) }
    do {
        return .success(try decode(Reply.self, slot, engine))
    } catch {
        return .failure(error)
    }
}
