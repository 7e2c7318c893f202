import Backstage
import SwiftProtobuf

/// A protobuf message that actors of C and Python can be sent, and can send: this is all that it takes.
protocol ProtobufPayload: Payload, SwiftProtobuf.Message {}

extension ProtobufPayload {
    func encoded() throws -> [UInt8] { try serializedBytes() }

    init(decoding envelope: IncomingBytes) throws {
        try self.init(serializedBytes: Array(envelope.bytes))
    }
}

extension Weather_Measurement: ProtobufPayload {}
