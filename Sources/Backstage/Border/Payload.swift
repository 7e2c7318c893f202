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
/// of fixed size. Its bytes are as they lie in memory; any bytes of its size are taken for one, so that a
/// type with values that are not valid, as an enum has, must not be one.
public protocol TrivialPayload: Payload, BitwiseCopyable {}

extension TrivialPayload {
    public func encoded() throws -> [UInt8] {
        withUnsafeBytes(of: self) { Array($0) }
    }

    public init(decoding incoming: borrowing IncomingBytes) throws {
        let bytes = incoming.bytes
        guard bytes.count == MemoryLayout<Self>.size else {
            throw BackstageError.undecodable(
                "\(bytes.count) bytes, where \(Self.self) has \(MemoryLayout<Self>.size)")
        }
        self = bytes.loadUnaligned(as: Self.self)
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
            throw BackstageError.undecodable("not UTF-8")
        }
        self = text
    }
}

/// The bytes of a message, if it has any.
func encode<Message>(_ message: Message) throws(BackstageError) -> [UInt8] {
    guard let payload = message as? any Payload else { throw .notEncodable }
    do {
        return try payload.encoded()
    } catch let error as BackstageError {
        throw error
    } catch {
        throw .undecodable(String(describing: error))
    }
}

/// The message that the bytes of an envelope make.
func decode<Message>(_ type: Message.Type, _ slot: UnsafePointer<backstage_envelope>, _ engine: UInt32)
    throws(BackstageError) -> Message
{
    guard let payload = type as? any Payload.Type else {
        throw .undecodable("\(type) is no Payload, so bytes make none")
    }
    do {
        return try payload.init(decoding: IncomingBytes(slot, engine)) as! Message
    } catch let error as BackstageError {
        throw error
    } catch {
        throw .undecodable(String(describing: error))
    }
}
