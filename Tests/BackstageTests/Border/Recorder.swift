import Backstage
import CBackstageActors
import Testing

/// An actor written in C that keeps what it gets.
final class Recorder {
    struct Record: Equatable {
        var type: Int
        var bytes: [UInt8]
        var topic: String?

        var text: String { String(decoding: bytes, as: UTF8.self) }

        init(_ type: Int, _ bytes: [UInt8], topic: String? = nil) {
            self.type = type
            self.bytes = bytes
            self.topic = topic
        }

        init(_ type: Int, _ text: String, topic: String? = nil) {
            self.init(type, Array(text.utf8), topic: topic)
        }
    }

    private let pointer: UnsafeMutablePointer<cactors_recorder>

    init(
        _ engine: Engine, _ id: String? = nil, kind: String? = nil,
        _ reaction: cactors_reaction = CACTORS_KEEP, capacity: UInt32 = 0
    ) throws {
        var made: UnsafeMutablePointer<cactors_recorder>?
        let status = withCString(id) { id in
            withCString(kind) { cactors_recorder_spawn(engine.handle, id, $0, reaction, capacity, &made) }
        }
        try #require(status == 0)
        pointer = try #require(made)
    }

    /// To be called once the actor has ended.
    func free() {
        #expect(pointer.pointee.ends == 1)
        cactors_recorder_free(pointer)
    }

    var ref: UInt64 { pointer.pointee.ref }

    var records: [Record] { log(&pointer.pointee.log) }
    var texts: [String] { records.map(\.text) }
    /// Of each message, who sent it.
    var senders: [UInt64] {
        (0..<pointer.pointee.log.count).map { cactors_log_at(&pointer.pointee.log, $0)!.pointee.sender }
    }

    // What it does outside its callbacks; each returns a status.

    func send(_ receiver: UInt64, _ bytes: [UInt8]) -> Int32 {
        cactors_recorder_send(pointer, receiver, bytes, bytes.count)
    }

    func request(_ receiver: UInt64, _ bytes: [UInt8], timeout: Int64 = -1) -> Int32 {
        var token: UInt64 = 0
        return cactors_recorder_request(pointer, receiver, bytes, bytes.count, timeout, &token)
    }

    func publish(_ bytes: [UInt8], on topic: String? = nil) -> Int {
        var receivers: UInt32 = 0
        let status = withCString(topic) {
            cactors_recorder_publish(pointer, $0, bytes, bytes.count, &receivers)
        }
        #expect(status == 0)
        return Int(receivers)
    }

    func subscribe(to publisher: String, _ topic: String? = nil) -> Int32 {
        withCString(topic) { cactors_recorder_subscribe(pointer, publisher, $0) }
    }

    func broadcast(_ bytes: [UInt8], to kind: String) -> Int {
        var receivers: UInt32 = 0
        #expect(cactors_recorder_broadcast(pointer, kind, bytes, bytes.count, &receivers) == 0)
        return Int(receivers)
    }
}

/// What a log of C holds.
func log(_ log: UnsafePointer<cactors_log>) -> [Recorder.Record] {
    (0..<log.pointee.count).compactMap { cactors_log_at(log, $0) }.map { record in
        let bytes = UnsafeBufferPointer(
            start: cactors_record_bytes(record), count: Int(record.pointee.size))
        return Recorder.Record(
            Int(record.pointee.type), Array(bytes),
            topic: cactors_record_topic(record).map { String(cString: $0) })
    }
}

func withCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return text.withCString(body)
}

/// Runs a test with an engine and a recorder in it, that is freed at the end.
func withRecorder(
    _ id: String? = "recorder", kind: String? = nil, reaction: cactors_reaction = CACTORS_KEEP,
    capacity: UInt32 = 0, _ body: (Rig, Recorder) throws -> Void
) throws {
    var made: Recorder?
    try withRig { rig in
        let recorder = try Recorder(rig.engine, id, kind: kind, reaction, capacity: capacity)
        made = recorder
        try body(rig, recorder)
    }
    made?.free()
}
