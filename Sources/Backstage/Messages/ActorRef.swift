public import BackstageCore
import CLibev

/// Names one actor, for ever, and with it the type of the messages that it takes.
///
/// A ref is a plain value of 12 bytes: copy it, keep it, put it into messages. It keeps nothing alive. Once
/// its actor has ended, calls with it throw ``BackstageError/notFound``, or, on another thread than the
/// engine's, make dead letters; once the engine is closed, they throw ``BackstageError/closed``. It never
/// names another actor.
///
/// ```swift
/// let greeter = try engine.spawn("greeter") { Greeter() }
/// try greeter.send(.hello("world"))
/// ```
///
/// To send anything but a `Message` does not compile. Any thread may use a ref.
public struct ActorRef<Message: Sendable>: Sendable, Hashable {
    /// The actor's number, as C and Python know it: a `backstage_ref`.
    public let rawValue: UInt64
    /// The engine's number; the top bit is set for actors that take bytes.
    @usableFromInline let engineNumber: UInt32

    init(_ rawValue: UInt64, _ engineNumber: UInt32) {
        self.rawValue = rawValue
        self.engineNumber = engineNumber
    }

    /// The same ref without the type of its messages.
    public var erased: AnyActorRef { AnyActorRef(rawValue, engineNumber & ~foreignBit) }
}

/// Set in the engine's number where a ref names an actor of C or Python, which takes bytes.
let foreignBit: UInt32 = 1 << 31

extension ActorRef {
    /// Sends a message. Inside an actor of the same engine, that actor is its sender.
    ///
    /// Any thread. From another thread than the engine's the message waits until the engine takes it in:
    /// then it is handled, or becomes a dead letter. Costs no memory in the steady state if the message is
    /// trivial (no references in it).
    ///
    /// - Throws: `notFound`, `ending`, `inboxFull` (by the receiver's policy), `payloadTooLarge`, `noMemory`;
    ///   from another thread `queueFull`; `closed`. To an actor of C or Python also `notEncodable`, if
    ///   encoding throws.
    @inlinable @inline(__always)
    public func send(_ message: consuming Message) throws(BackstageError) {
        let status: Int32
        if isInlineTrivial(Message.self) {
            status = _withUnprotectedUnsafePointer(to: message) {
                sendTrivial($0, MemoryLayout<Message>.size, rawValue, engineNumber)
            }
        } else {
            status = sendMoving(message, rawValue, engineNumber)
        }
        if status != 0 { try sendWithCare(message, status) }
    }

    /// To an actor of C or Python, or refused.
    @usableFromInline @inline(never)
    func sendWithCare(_ message: Message, _ status: Int32) throws(BackstageError) {
        guard status == needsEncoding else { throw BackstageError(status: status) }
        try sendEncoded(message)
    }

    @usableFromInline @inline(never)
    func sendEncoded(_ message: Message) throws(BackstageError) {
        let bytes = try encode(message)
        try erased.send(bytes: bytes)
    }
}

/// In place of a status: the receiver takes bytes, so nothing has been sent.
@usableFromInline let needsEncoding: Int32 = .min

/// Sends a trivial value that fits into an envelope.
@inlinable @inline(__always)
func sendTrivial(_ value: UnsafeRawPointer, _ size: Int, _ receiver: UInt64, _ engine: UInt32) -> Int32 {
    let status = sendTrivialValue(receiver, engine, value, size)
    return status == needsCareStatus ? sendFromElsewhere(value, size, nil, true, receiver, engine) : status
}

/// Sends a value that is not trivial, or large: it is moved if that succeeds.
@inlinable
func sendMoving<Message>(_ message: Message, _ receiver: UInt64, _ engine: UInt32) -> Int32 {
    // A larger alignment than a block's: no value that is sent has it.
    guard isAlignable(Message.self) else { return -1 }
    return withUnsafeTemporaryAllocation(of: Message.self, capacity: 1) { room in
        let place = room.baseAddress.unsafelyUnwrapped
        place.initialize(to: message)
        let type = ValueType<Message>.pointer
        let size = MemoryLayout<Message>.size
        let isTrivial = _isPOD(Message.self)
        var status = sendValue(receiver, engine, place, size, type, isTrivial: isTrivial)
        if status == needsCareStatus {
            status = sendFromElsewhere(place, size, type, isTrivial, receiver, engine)
        }
        if status != 0 { place.deinitialize(count: 1) }
        return status
    }
}

/// From elsewhere than a callback of the engine's.
@usableFromInline @inline(never)
func sendFromElsewhere(
    _ value: UnsafeRawPointer, _ size: Int, _ type: UnsafeRawPointer?, _ isTrivial: Bool,
    _ receiver: UInt64, _ engine: UInt32
) -> Int32 {
    if engine & foreignBit != 0 { return needsEncoding }
    let value = Value(value, size, type: type, isTrivial: isTrivial)
    return EngineTable.withOwn(engine) { $0.send(receiver, value) } ?? closedStatus
}

/// The engine of a number, if this thread is in a callback of it.
@inline(__always)
func currentCore(_ number: UInt32) -> Core? {
    let current = UInt(bitPattern: clibev_current())
    // Nothing, or what is no engine: a callback that may hardly call back.
    guard current > 1, let core = Core(bitPattern: current), core.pointee.number == number else {
        return nil
    }
    return core
}

/// A ref whose type of messages is not known.
public struct AnyActorRef: Sendable, Hashable {
    /// The actor's number, as C and Python know it: a `backstage_ref`.
    public let rawValue: UInt64
    let engineNumber: UInt32

    init(_ rawValue: UInt64, _ engineNumber: UInt32) {
        self.rawValue = rawValue
        self.engineNumber = engineNumber
    }

    /// Sends bytes as they are. An actor of Swift decodes them, if its messages are ``Payload``.
    ///
    /// - Throws: as ``ActorRef/send(_:)``.
    public func send(bytes: [UInt8]) throws(BackstageError) {
        let status = bytes.withUnsafeBytes { bytes in
            // An empty array has no address, an empty payload one.
            if let core = currentCore(engineNumber) {
                return core.sendBytes(rawValue, bytes.baseAddress, bytes.count)
            }
            return EngineTable.withOwn(engineNumber) {
                $0.sendBytes(rawValue, bytes.baseAddress, bytes.count)
            } ?? closedStatus
        }
        try throwing(status)
    }
}
