import Backstage
import CBackstageActors
import Testing

/// Bytes of C that make no message of the actor of Swift that they come to.
struct BorderDecodingTests {
    @Test func theyFailTheActor() throws {
        try withRecorder { rig, recorder in
            let (seen, errors) = (Notes<Trade>(), Notes<String>())
            let listener = try rig.engine.spawn("trades") { Listener(seen: seen, errors: errors) }
            for text in ["A|1", "nonsense", "B|2"] {
                #expect(recorder.send(listener.rawValue, Array(text.utf8)) == 0)
            }
            try rig.settle()
            #expect(seen.all == [Trade("A", 1)])
            #expect(errors.all.count == 1)
            #expect(try #require(errors.all.first).contains("no trade: nonsense"))
            #expect(rig.letters.all.map(\.reason) == [.failed, .ended])
            #expect(rig.letters.all.map(\.bytes) == [Array("nonsense".utf8), Array("B|2".utf8)])
            #expect(rig.letters.all.allSatisfy { $0.text == nil && $0.sender?.rawValue == recorder.ref })
            #expect(rig.lines.all.count == 1)
            #expect(try #require(rig.lines.all[0].error).contains("no trade: nonsense"))
            expect(.notFound) { try listener.send(Trade("C", 3)) }
        }
    }

    @Test func anActorMayForgiveThem() throws {
        try withRecorder { rig, recorder in
            let (seen, errors) = (Notes<Trade>(), Notes<String>())
            let listener = try rig.engine.spawn { Listener(seen: seen, forgives: true, errors: errors) }
            for text in ["A|1", "nonsense", "", "B|2"] {
                #expect(recorder.send(listener.rawValue, Array(text.utf8)) == 0)
            }
            try rig.settle()
            #expect(seen.all == [Trade("A", 1), Trade("B", 2)])
            #expect(errors.count == 2)
            #expect(rig.letters.count == 0)
            #expect(try rig.engine.statistics().handled == 4)
        }
    }

    @Test func aRestartGoesOnWithTheRest() throws {
        try withRecorder { rig, recorder in
            let (seen, child) = (Notes<Trade>(), Notes<UInt64>())
            let options = ActorOptions(supervision: Supervision())
            try rig.engine.spawn(options: options) { (_: Int, context) in
                child.add(try context.spawnChild { Listener(seen: seen) }.rawValue)
            }.send(0)
            try rig.settle()
            for text in ["A|1", "nonsense", "B|2"] {
                #expect(recorder.send(child.all[0], Array(text.utf8)) == 0)
            }
            try rig.settle()
            #expect(seen.all == [Trade("A", 1), Trade("B", 2)])
            #expect(rig.reasons == [.failed])
            #expect(try rig.engine.statistics().restarts == 1)
        }
    }

    /// An actor whose messages are no payload takes none from C.
    @Test func noBytesMakeAMessageThatIsNoPayload() throws {
        try withRecorder { rig, recorder in
            let actor = try rig.engine.spawn { (_: Unencodable, _) in Issue.record("decoded") }
            #expect(recorder.send(actor.rawValue, [1]) == 0)
            try rig.settle()
            #expect(rig.reasons == [.failed])
            #expect(try #require(rig.lines.all.first?.error).contains("Unencodable"))
        }
    }

    private func decodes<Message: Payload & Equatable>(_ bytes: [UInt8], as: Message.Type) throws -> Message?
    {
        var decoded: Message?
        try withRecorder { rig, recorder in
            let (seen, errors) = (Notes<Message>(), Notes<String>())
            let actor = try rig.engine.spawn { Listener(seen: seen, forgives: true, errors: errors) }
            #expect(recorder.send(actor.rawValue, bytes) == 0)
            try rig.settle()
            #expect(seen.count + errors.count == 1)
            #expect(errors.all.allSatisfy { !$0.isEmpty })
            decoded = seen.all.first
        }
        return decoded
    }

    @Test func bytesThatAreNoUTF8AreNoString() throws {
        #expect(try decodes([0xff, 0xfe], as: String.self) == nil)
        #expect(try decodes([0xc3], as: String.self) == nil)
        #expect(try decodes([0xc3, 0xa4], as: String.self) == "ä")
        #expect(try decodes([], as: String.self) == "")
        #expect(try decodes([0xff, 0xfe], as: [UInt8].self) == [0xff, 0xfe])
    }

    @Test func aStructIsOfItsSize() throws {
        let reading = Reading(1, 3, time: 4)
        let bytes = withUnsafeBytes(of: reading) { Array($0) }
        #expect(try decodes(bytes, as: Reading.self) == reading)
        #expect(try decodes(bytes.dropLast(), as: Reading.self) == nil)
        #expect(try decodes(bytes + [0], as: Reading.self) == nil)
        #expect(try decodes([], as: Reading.self) == nil)
    }

    @Test func jsonIsOfItsKeys() throws {
        #expect(
            try decodes(Array(#"{"lines": [], "id": 3, "other": 1}"#.utf8), as: Order.self)
                == Order(id: 3, lines: [], note: nil))
        for text in ["", "{", "[]", #"{"id": 3}"#, #"{"id": "3", "lines": []}"#] {
            #expect(try decodes(Array(text.utf8), as: Order.self) == nil)
        }
    }

    /// What an actor sees of bytes besides.
    @Test func bytesTellWhereTheyAreFrom() throws {
        try withRecorder("press") { rig, recorder in
            let origins = Notes<Origin>()
            let actor = try rig.engine.spawn { OriginReader(origins: origins) }
            try rig.settle()
            #expect(recorder.send(actor.rawValue, [1]) == 0)
            #expect(recorder.publish([2], on: "a.b") == 1)
            #expect(recorder.publish([3]) == 1)
            #expect(recorder.request(actor.rawValue, [4]) == 0)
            try actor.erased.send(bytes: [5])
            try rig.settle()
            let press = try rig.engine.find("press")
            #expect(
                origins.all == [
                    Origin(byte: 1, sender: press), Origin(byte: 2, sender: press, topic: "a.b"),
                    Origin(byte: 3, sender: press, topic: ""),
                    Origin(byte: 4, sender: press, isRequest: true), Origin(byte: 5, sender: nil),
                ])
        }
    }

    private struct Origin: Payload, Equatable {
        var byte: UInt8
        var sender: AnyActorRef?
        var topic: String?
        var isRequest = false

        init(byte: UInt8, sender: AnyActorRef?, topic: String? = nil, isRequest: Bool = false) {
            self.byte = byte
            self.sender = sender
            self.topic = topic
            self.isRequest = isRequest
        }

        init(decoding incoming: borrowing IncomingBytes) throws {
            self.init(
                byte: incoming.bytes[0], sender: incoming.sender, topic: incoming.topic,
                isRequest: incoming.replyTo(String.self) != nil)
        }

        func encoded() throws -> [UInt8] { [byte] }
    }

    private struct OriginReader: Actor {
        let origins: Notes<Origin>

        func started(_ context: Context<Origin>) throws {
            try context.subscribe(to: Topic("a.*", of: "press"))
            try context.subscribe(to: Topic(of: "press"))
        }

        func receive(_ message: Origin, _ context: Context<Origin>) {
            #expect(context.sender == message.sender && context.topic == message.topic)
            origins.add(message)
        }
    }
}
