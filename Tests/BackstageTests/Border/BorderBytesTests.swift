import Backstage
import CBackstage
import CBackstageActors
import Testing

/// Messages between actors of Swift and of C, in one engine: as bytes, both ways.
struct BorderBytesTests {
    private static let send = BACKSTAGE_SEND

    /// To C and back; and that C saw these bytes.
    private func echo<Message: Payload & Equatable>(
        _ messages: [Message], _ bytes: [[UInt8]], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try withRecorder(reaction: CACTORS_ECHO) { rig, recorder in
            let seen = Notes<Message>()
            let there = try rig.engine.find("recorder", as: Message.self)
            let here = try rig.engine.spawn { (message: Relay<Message>, _) in
                switch message {
                case .pass(let message): try there.send(message)
                case .back(let message): seen.add(message)
                }
            }
            for message in messages { try here.send(.pass(message)) }
            try rig.settle()
            #expect(seen.all == messages, sourceLocation: sourceLocation)
            #expect(recorder.records == bytes.map { .init(Self.send, $0) }, sourceLocation: sourceLocation)
            #expect(recorder.senders == messages.map { _ in here.rawValue }, sourceLocation: sourceLocation)
        }
    }

    /// What comes back is bytes.
    private enum Relay<Message: Payload>: Payload {
        case pass(Message)
        case back(Message)

        init(decoding incoming: borrowing IncomingBytes) throws {
            self = .back(try Message(decoding: incoming))
        }
        func encoded() throws -> [UInt8] { [] }
    }

    @Test func stringsAreUTF8() throws {
        let texts = ["", "hello", "Grüße, 世界 🎭", String(repeating: "long ", count: 40)]
        try echo(texts, texts.map { Array($0.utf8) })
    }

    @Test func bytesAreThemselves() throws {
        let bytes: [[UInt8]] = [[], [0], [0, 255, 1], Array(0...200)]
        try echo(bytes, bytes)
    }

    @Test func aPayloadSaysItself() throws {
        try echo([Trade("AAPL", 3), Trade("", -1)], [Array("AAPL|3".utf8), Array("|-1".utf8)])
    }

    @Test func jsonHasItsKeysInOrder() throws {
        let order = Order(id: 7, lines: [.init(article: "a/b", price: 1.5)], note: nil)
        let text = #"{"id":7,"lines":[{"article":"a/b","price":1.5}]}"#
        try echo([order], [Array(text.utf8)])
    }

    @Test func structsAreAsTheyLieInMemory() throws {
        let reading = Reading(3, 0.5, time: 9)
        try echo([reading], [withUnsafeBytes(of: reading) { Array($0) }])
    }

    /// A C actor takes the struct apart, and answers with another.
    @Test func aMeterOfCTakesReadings() throws {
        try withRig { rig in
            var meter = cactors_meter()
            try withUnsafeMutablePointer(to: &meter) { meter in
                var raw: UInt64 = 0
                try #require(cactors_meter_spawn(rig.engine.handle, "meter", meter, &raw) == 0)
                let seen = Notes<Reading>()
                try rig.engine.spawn { Listener(seen: seen, topics: [Topic(of: "meter")]) }
                try rig.settle()
                let ref = try rig.engine.find("meter", as: Reading.self)
                #expect(ref.rawValue == raw)
                for number in 1...3 {
                    try ref.send(Reading(1, Double(number), time: UInt64(number)))
                }
                try rig.settle()
                #expect(seen.all.map(\.fields.time) == [2, 4, 6])
                #expect(meter.pointee.summary.count == 3 && meter.pointee.summary.sum == 6)
                // What is no reading fails it.
                try ref.erased.send(bytes: [1, 2, 3])
                try rig.settle()
                #expect(rig.letters.all.map(\.bytes) == [[1, 2, 3]])
                expect(.notFound) { try ref.send(Reading(1, 1, time: 1)) }
                try rig.engine.close()
            }
        }
    }

    @Test func anotherThreadSendsToCToo() throws {
        try withRecorder { rig, recorder in
            let ref = try rig.engine.find("recorder", as: Trade.self)
            let texts = try rig.engine.find("recorder", as: String.self)
            try elsewhere {
                for number in 0..<3 { try ref.send(Trade("T", number)) }
                try texts.send(String(repeating: "x", count: 100))
            }
            try rig.settle()
            #expect(recorder.texts == ["T|0", "T|1", "T|2", String(repeating: "x", count: 100)])
            #expect(recorder.senders == [0, 0, 0, 0])
        }
    }

    @Test func anotherThreadOfCSendsToSwiftToo() throws {
        try withRig { rig in
            let seen = Notes<Trade>()
            let raw = try rig.engine.spawn { Listener(seen: seen) }.rawValue
            nonisolated(unsafe) let handle = rig.engine.handle
            try elsewhere { #expect(backstage_engine_send(handle, raw, "B|5", 3) == 0) }
            try rig.settle()
            #expect(backstage_engine_send(handle, raw, "C|6", 3) == 0)
            try rig.settle()
            #expect(seen.all == [Trade("B", 5), Trade("C", 6)])
        }
    }

    @Test func aRefWithoutATypeSendsBytes() throws {
        try withRecorder { rig, recorder in
            let seen = Notes<Trade>()
            let here = try rig.engine.spawn { Listener(seen: seen) }
            let there = try rig.engine.find("recorder")
            try there.send(bytes: [1, 2])
            try there.send(bytes: [])
            try here.erased.send(bytes: Array("A|1".utf8))
            try elsewhere { try here.erased.send(bytes: Array("A|2".utf8)) }
            try rig.settle()
            #expect(recorder.records == [.init(Self.send, [1, 2]), .init(Self.send, [UInt8]())])
            #expect(seen.all == [Trade("A", 1), Trade("A", 2)])
        }
    }

    @Test func findingSaysWhatAnActorTakes() throws {
        try withRecorder { rig, recorder in
            #expect(throws: BackstageError.notEncodable) {
                try rig.engine.find("recorder", as: Unencodable.self)
            }
            try rig.engine.spawn("trades") { (_: Trade, _) in }
            #expect(throws: BackstageError.wrongMessage) { try rig.engine.find("trades", as: String.self) }
            #expect(throws: BackstageError.wrongMessage) {
                try rig.engine.find("trades", as: Unencodable.self)
            }
            #expect(throws: BackstageError.notFound) { try rig.engine.find("nobody", as: Trade.self) }
            let ref = try rig.engine.find("recorder", as: Trade.self)
            #expect(ref.id == "recorder" && ref.rawValue == recorder.ref)
            #expect(ref.erased == (try rig.engine.find("recorder")))
        }
    }

    @Test func whatCannotBeEncodedIsNotSent() throws {
        try withRecorder { rig, recorder in
            let ref = try rig.engine.find("recorder", as: Trade.self)
            #expect(throws: BackstageError.notEncodable) { try ref.send(Trade("a|b", 1)) }
            try rig.settle()
            #expect(recorder.records.isEmpty)
            let statistics = try rig.engine.statistics()
            #expect(statistics.accepted == 0)
        }
    }

    @Test func aFullInboxOfCRefuses() throws {
        try withRecorder(capacity: 1) { rig, recorder in
            let ref = try rig.engine.find("recorder", as: String.self)
            try ref.send("one")
            expect(.inboxFull) { try ref.send("two") }
            try rig.settle()
            try ref.stop()
            try rig.settle()
            expect(.notFound) { try ref.send("three") }
            #expect(recorder.texts == ["one"])
        }
    }

    /// What is no plain memory is none to C either.
    @Test func whatHoldsAReferenceIsNoPlainMemory() throws {
        struct Referring: TrivialPayload { var text: String }
        try withRecorder { rig, recorder in
            let ref = try rig.engine.find("recorder", as: Referring.self)
            expect(.notEncodable) { try ref.send(Referring(text: "text")) }
            try rig.settle()
            #expect(recorder.records.isEmpty)
        }
    }
}
