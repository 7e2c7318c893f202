import BackstageCore
public import CBackstage

/// A request that waits for its answer: to give it up by.
public struct Request: Sendable, Hashable {
    @usableFromInline let token: UInt64

    @inlinable init(token: UInt64) { self.token = token }
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
    ///   - ref: who is asked.
    ///   - timeout: of the engine's time; nil waits for as long as the actor lives.
    ///   - make: makes the message, around the ``ReplyTo`` that the other is to answer. Called at once.
    ///   - then: makes this actor's message of the outcome. Failures are `timeout`, `notFound`, `stopped`,
    ///     `inboxFull`, and `undecodable` for bytes that make no `Reply`.
    /// - Throws: `notFound`, `ending`, `inboxFull`, `payloadTooLarge`, `noMemory`, `otherEngine`;
    ///   `invalidArgument` for a negative timeout.
    @inlinable @discardableResult
    public func request<Reply: Sendable, Asked: Sendable>(
        _ ref: ActorRef<Asked>, timeout: Duration? = nil, _ make: (ReplyTo<Reply>) -> Asked,
        then: @escaping (Result<Reply, BackstageError>) -> Message
    ) throws(BackstageError) -> Request {
        try Backstage.request(state, ref, timeout, make) { slot, state in
            deliver(then(outcome(of: slot, state)), slot, state)
        }
    }

    /// Asks another actor, and calls back with the outcome. A closure that refers to an actor which is a
    /// class may well outlive a restart of it: then it is the former one that it has.
    ///
    /// - Throws: as the other.
    @inlinable @discardableResult
    public func request<Reply: Sendable, Asked: Sendable>(
        _ ref: ActorRef<Asked>, timeout: Duration? = nil, _ make: (ReplyTo<Reply>) -> Asked,
        perform: @escaping (Result<Reply, BackstageError>, Context<Message>) throws -> Void
    ) throws(BackstageError) -> Request {
        try Backstage.request(state, ref, timeout, make) { slot, state in
            do {
                try perform(outcome(of: slot, state), Context(Unmanaged.fromOpaque(state), slot))
                return 0
            } catch {
                return fail(state, error)
            }
        }
    }

    /// Gives a request up: nothing comes of it any more, but for a dead letter if it is answered still.
    /// Does nothing if its outcome has been handled.
    public func cancel(_ request: Request) { cell.cancel(request) }

    @inlinable var state: UnsafeMutableRawPointer { unmanaged.toOpaque() }
}

/// Asks for an actor, whose cell `state` is.
@inlinable
func request<Reply: Sendable, Asked: Sendable>(
    _ state: UnsafeMutableRawPointer, _ ref: ActorRef<Asked>, _ timeout: Duration?,
    _ make: (ReplyTo<Reply>) -> Asked, _ handler: @escaping Handler
) throws(BackstageError) -> Request {
    guard isAlignable(Asked.self), isAlignable(Reply.self) else { throw .invalidArgument }
    let (token, asker) = try openRequest(state, ref.rawValue, ref.engineNumber, timeout)
    let message = make(ReplyTo(asker: asker, token: token, engine: ref.engineNumber & 0x7FFF_FFFF))
    let status = withUnsafeTemporaryAllocation(of: Asked.self, capacity: 1) { room in
        let place = room.baseAddress.unsafelyUnwrapped
        place.initialize(to: message)
        let status = sendRequest(
            state, token, ref.engineNumber, place, MemoryLayout<Asked>.size, ValueType<Asked>.pointer,
            isTrivial: _isPOD(Asked.self))
        if status != 0 { place.deinitialize(count: 1) }
        return status
    }
    if status == needsEncoding {
        try sendRequestEncoded(state, token, message)
    } else if status != 0 {
        throw BackstageError(status: status)
    }
    addRequest(state, token, handler)
    return Request(token: token)
}

@usableFromInline
func openRequest(
    _ state: UnsafeMutableRawPointer, _ receiver: UInt64, _ engine: UInt32, _ timeout: Duration?
) throws(BackstageError) -> (UInt64, UInt64) {
    let cell = AnyCell.of(state)
    guard engine & ~foreignBit == cell.hooks.number else { throw .otherEngine }
    var nanoseconds: Int64 = -1
    if let timeout {
        guard timeout >= .zero else { throw .invalidArgument }
        nanoseconds = max(1, timeout.nanoseconds)
    }
    var token: UInt64 = 0
    try throwing(cell.core.openRequest(receiver, timeout: nanoseconds, &token))
    return (token, cell.core.ref)
}

@usableFromInline
func sendRequest(
    _ state: UnsafeMutableRawPointer, _ token: UInt64, _ engine: UInt32, _ value: UnsafeRawPointer,
    _ size: Int, _ type: UnsafeRawPointer, isTrivial: Bool
) -> Int32 {
    if engine & foreignBit != 0 { return needsEncoding }
    return AnyCell.of(state).core.sendRequest(
        token, Value(value, size, type: type, isTrivial: isTrivial))
}

@usableFromInline @inline(never)
func sendRequestEncoded<Asked: Sendable>(
    _ state: UnsafeMutableRawPointer, _ token: UInt64, _ message: Asked
) throws(BackstageError) {
    let core = AnyCell.of(state).core.unsafelyUnwrapped
    do throws(BackstageError) {
        let bytes = try encode(message)
        try throwing(bytes.withUnsafeBytes { core.sendRequest(token, $0.baseAddress, $0.count) })
    } catch {
        _ = core.cancelRequest(token)
        throw error
    }
}

@usableFromInline
func addRequest(_ state: UnsafeMutableRawPointer, _ token: UInt64, _ handler: @escaping Handler) {
    AnyCell.of(state).requests[token] = handler
}

extension AnyCell {
    func cancel(_ request: Request) {
        _ = core.cancelRequest(request.token)
        requests[request.token] = nil
    }
}

/// What a REPLY or FAILURE says.
@inlinable
func outcome<Reply: Sendable>(of slot: Slot, _ state: UnsafeMutableRawPointer)
    -> Result<Reply, BackstageError>
{
    if Int(slot.pointee.type) == BACKSTAGE_REPLY, slot.hasValue {
        // Copied: if the actor fails on it, it is in the dead letter still.
        return .success(slot.value.assumingMemoryBound(to: Reply.self).pointee)
    }
    return foreignOutcome(of: slot, state)
}

@usableFromInline @inline(never)
func foreignOutcome<Reply: Sendable>(of slot: Slot, _ state: UnsafeMutableRawPointer)
    -> Result<Reply, BackstageError>
{
    if Int(slot.pointee.type) == BACKSTAGE_FAILURE {
        return .failure(BackstageError(status: slot.pointee.payload.load(as: backstage_failure.self).status))
    }
    guard let reply = try? decode(Reply.self, slot, AnyCell.of(state).hooks.number) else {
        return .failure(.undecodable)
    }
    return .success(reply)
}
