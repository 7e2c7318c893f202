import FoundationEssentials

/// A `Codable` message that crosses the border to C and Python as JSON: in Python, of an actor with the
/// JSON codec.
///
/// ```swift
/// struct Reading: JSONPayload { let sensor: String, value: Double }
/// ```
public protocol JSONPayload: Payload, Codable {}

extension JSONPayload {
    /// JSON, keys in order.
    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    public init(decoding incoming: borrowing IncomingBytes) throws {
        let bytes = incoming.bytes
        self = try JSONDecoder().decode(Self.self, from: Data(bytes))
    }
}
