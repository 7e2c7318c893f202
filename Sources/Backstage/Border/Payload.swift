import BackstageCore
import CBackstage

/// A message that can cross the border to actors of C and Python, where messages are bytes.
///
/// Between actors of Swift in one engine nothing is ever encoded. Ready-made are ``JSONPayload`` for what is
/// `Codable`, and ``TrivialPayload`` for what is plain memory.
///
/// ```swift
/// extension Reading: Payload {
///     func encoded() throws -> [UInt8] { Array(line.utf8) }
///     init(decoding incoming: borrowing IncomingBytes) throws { … }
/// }
/// ```
public protocol Payload: Sendable {
    /// The message as bytes.
    func encoded() throws -> [UInt8]

    /// The message that bytes make; throws if they make none.
    init(decoding incoming: borrowing IncomingBytes) throws
}

/// Bytes that came from an actor of C or Python, and what the engine knows of them. They cannot be kept
/// beyond the call: copy what you need.
public struct IncomingBytes: ~Escapable {
    private let slot: UnsafePointer<backstage_envelope>
    private let engine: UInt32

    @_lifetime(immortal)
    init(_ slot: UnsafePointer<backstage_envelope>, _ engine: UInt32) {
        self.slot = slot
        self.engine = engine
    }

    /// The bytes, valid until the call returns.
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: slot.pointee.payload, count: Int(slot.pointee.size))
    }

    /// Who sent them; nil from outside the engine.
    public var sender: AnyActorRef? {
        slot.pointee.sender == 0 ? nil : AnyActorRef(slot.pointee.sender, engine)
    }

    /// The topic of a publication, "" for a default topic; else nil.
    public var topic: String? { topicName(of: slot).map { String(cString: $0) } }

    /// What it takes to answer, if they are a request; nil if they are not.
    public func replyTo<Reply: Payload>(_: Reply.Type) -> ReplyTo<Reply>? {
        guard Int(slot.pointee.type) == BACKSTAGE_REQUEST else { return nil }
        return ReplyTo(asker: slot.pointee.sender, token: slot.pointee.token, engine: engine)
    }
}

/// A payload that is plain memory, of the same layout wherever it is read: what C calls a struct, of fields
/// of fixed size. Structs of C can be one too.
///
/// ```swift
/// struct Sample: TrivialPayload { let time: UInt64, value: Double }
/// ```
///
/// Its bytes are as they lie in memory; any bytes of its size are taken for one, so that a type with values
/// that are not valid, as an enum has, must not be one. A type with references in it is none: to encode it
/// throws `notEncodable`.
public protocol TrivialPayload: Payload {}

extension TrivialPayload {
    /// Its bytes as they lie in memory.
    public func encoded() throws -> [UInt8] {
        guard _isPOD(Self.self) else { throw BackstageError.notEncodable }
        return withUnsafeBytes(of: self) { Array($0) }
    }

    /// Takes bytes for one, if there are as many as it has.
    public init(decoding incoming: borrowing IncomingBytes) throws {
        let bytes = incoming.bytes
        guard _isPOD(Self.self) else {
            throw UndecodableBytes("\(Self.self) has references in it, so bytes make none")
        }
        guard bytes.count == MemoryLayout<Self>.size else {
            throw UndecodableBytes(
                "\(bytes.count) bytes, where \(Self.self) has \(MemoryLayout<Self>.size)")
        }
        self = withUnsafeTemporaryAllocation(of: Self.self, capacity: 1) { room in
            UnsafeMutableRawBufferPointer(room).copyMemory(from: bytes)
            return room[0]
        }
    }
}

extension [UInt8]: Payload {
    public func encoded() throws -> [UInt8] { self }
    public init(decoding incoming: borrowing IncomingBytes) throws { self = Array(incoming.bytes) }
}

extension String: Payload {
    /// UTF-8.
    public func encoded() throws -> [UInt8] { Array(utf8) }

    public init(decoding incoming: borrowing IncomingBytes) throws {
        guard let text = String(validating: incoming.bytes, as: UTF8.self) else {
            throw UndecodableBytes("not UTF-8")
        }
        self = text
    }
}

/// Why bytes make no message, as the ready-made payloads say it.
public struct UndecodableBytes: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with them.
    public let description: String

    /// For payloads of one's own.
    public init(_ description: String) { self.description = description }
}

/// The bytes of a message, if it has any.
func encode<Message>(_ message: Message) throws(BackstageError) -> [UInt8] {
    guard let payload = message as? any Payload, let bytes = try? payload.encoded() else {
        throw .notEncodable
    }
    return bytes
}

/// The message that the bytes of an envelope make.
func decode<Message>(_ type: Message.Type, _ slot: UnsafePointer<backstage_envelope>, _ engine: UInt32) throws
    -> Message
{
    guard let payload = type as? any Payload.Type else {
        throw UndecodableBytes("\(type) is no Payload, so bytes make none")
    }
    return try payload.init(decoding: IncomingBytes(slot, engine)) as! Message
}
