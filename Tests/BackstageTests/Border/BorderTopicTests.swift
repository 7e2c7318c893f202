import Backstage
import CBackstage
import CBackstageActors
import Testing

/// Publications and broadcasts that reach actors of Swift and of C at once.
struct BorderTopicTests {
    private static let published = BACKSTAGE_PUBLISH

    @Test func cSubscribesToSwift() throws {
        try withRecorder { rig, recorder in
            let (seen, counts) = (Notes<Trade>(), Notes<Int>())
            let (main, named) = (Topic<Trade>(of: "desk"), Topic<Trade>("trades.AAPL", of: "desk"))
            #expect(recorder.subscribe(to: "desk") == 0)
            #expect(recorder.subscribe(to: "desk", "trades.*") == 0)
            try rig.engine.spawn { Listener(seen: seen, topics: [main, named]) }
            try rig.engine.spawn { Listener(seen: seen, topics: [named]) }
            let desk = try rig.engine.spawn("desk") { (trade: Trade, context) in
                counts.add(try context.publish(trade, on: main))
                counts.add(try context.publish(trade, on: named))
            }
            try rig.settle()
            try desk.send(Trade("A", 1))
            try rig.settle()
            #expect(counts.all == [2, 3])
            #expect(seen.all == [Trade("A", 1), Trade("A", 1), Trade("A", 1)])
            #expect(
                recorder.records == [
                    .init(Self.published, "A|1", topic: ""),
                    .init(Self.published, "A|1", topic: "trades.AAPL"),
                ])
            #expect(recorder.senders == [desk.rawValue, desk.rawValue])
        }
    }

    @Test func swiftSubscribesToC() throws {
        try withRecorder("press") { rig, recorder in
            let (seen, raw) = (Notes<Trade>(), Notes<[UInt8]>())
            let topics = [Topic<Trade>(of: "press"), Topic<Trade>("trades.>", of: "press")]
            try rig.engine.spawn { Listener(seen: seen, topics: topics) }
            try rig.engine.spawn { Listener(seen: raw, topics: [Topic("trades.*", of: "press")]) }
            try rig.settle()
            #expect(recorder.publish(Array("A|1".utf8)) == 1)
            #expect(recorder.publish(Array("B|2".utf8), on: "trades.B") == 2)
            #expect(recorder.publish(Array("C|3".utf8), on: "other") == 0)
            try rig.settle()
            #expect(seen.all == [Trade("A", 1), Trade("B", 2)])
            #expect(raw.all == [Array("B|2".utf8)])
        }
    }

    @Test func cPublishesWhatIsNoMessage() throws {
        try withRecorder("press") { rig, recorder in
            let (seen, errors) = (Notes<Trade>(), Notes<String>())
            let topic = Topic<Trade>(of: "press")
            let listener = try rig.engine.spawn { Listener(seen: seen, topics: [topic], errors: errors) }
            try rig.settle()
            #expect(recorder.publish(Array("nonsense".utf8)) == 1)
            try rig.settle()
            #expect(seen.all.isEmpty)
            #expect(rig.reasons == [.failed])
            expect(.notFound) { try listener.send(Trade("A", 1)) }
        }
    }

    /// A publication that is no payload is for actors of Swift alone.
    @Test func cDoesNotGetWhatIsNoPayload() throws {
        try withRecorder { rig, recorder in
            let seen = Notes<Unencodable>()
            let topic = Topic<Unencodable>(of: "desk")
            #expect(recorder.subscribe(to: "desk") == 0)
            try rig.engine.spawn("desk") { (_: Int, _) in }
            try rig.engine.spawn { NativeListener(topic: topic, seen: seen) }
            try rig.settle()
            #expect(try rig.engine.publish(Unencodable(number: 4), on: topic) == 1)
            try rig.settle()
            #expect(seen.all == [Unencodable(number: 4)])
            #expect(recorder.records.isEmpty)
        }
    }

    private struct NativeListener: Actor {
        let topic: Topic<Unencodable>
        let seen: Notes<Unencodable>
        func started(_ context: Context<Unencodable>) throws { try context.subscribe(to: topic) }
        func receive(_ message: Unencodable, _ context: Context<Unencodable>) { seen.add(message) }
    }

    @Test func aFullInboxOfCMakesADeadLetter() throws {
        try withRecorder(capacity: 1) { rig, recorder in
            let topic = Topic<Trade>(of: "desk")
            #expect(recorder.subscribe(to: "desk") == 0)
            try rig.engine.spawn("desk") { (_: Int, _) in }
            #expect(try rig.engine.publish(Trade("A", 1), on: topic) == 1)
            #expect(try rig.engine.publish(Trade("B", 2), on: topic) == 0)
            try rig.settle()
            #expect(recorder.texts == ["A|1"])
            #expect(rig.reasons == [.inboxFull])
            #expect(rig.letters.all.map(\.bytes) == [Array("B|2".utf8)])
            #expect(rig.letters.all.map(\.topic) == [""])
        }
    }

    /// By the name of the type, with its module.
    @Test func broadcastsReachTheKindOfC() throws {
        let kind = String(reflecting: Trade.self)
        #expect(kind == "BackstageTests.Trade")
        try withRecorder(kind: kind) { rig, recorder in
            let seen = Notes<Trade>()
            for _ in 0..<2 { try rig.engine.spawn { Listener(seen: seen) } }
            #expect(try rig.engine.broadcast(Trade("A", 1)) == 3)
            #expect(recorder.broadcast(Array("B|2".utf8), to: kind) == 3)
            #expect(try rig.engine.broadcast("text") == 0)
            let engine = rig.engine
            try elsewhere { try engine.broadcast(Trade("C", 3)) }
            try rig.settle()
            #expect(seen.all.map(\.symbol).sorted() == ["A", "A", "B", "B", "C", "C"])
            #expect(recorder.texts == ["A|1", "B|2", "C|3"])
        }
    }

    @Test func aBroadcastThatCannotBeEncodedReachesSwift() throws {
        try withRecorder(kind: String(reflecting: Trade.self)) { rig, recorder in
            let seen = Notes<Trade>()
            try rig.engine.spawn { Listener(seen: seen) }
            #expect(throws: BackstageError.notEncodable) {
                try rig.engine.broadcast(Trade("a|b", 1))
            }
            try rig.settle()
            #expect(seen.all == [Trade("a|b", 1)])
            #expect(recorder.records.isEmpty)
        }
    }

    /// In order with what it sends.
    @Test func anotherThreadPublishesToC() throws {
        try withRecorder { rig, recorder in
            let engine = rig.engine
            let there = try engine.find("recorder", as: String.self)
            try engine.spawn("desk") { (_: Int, _) in }
            #expect(recorder.subscribe(to: "desk", "t") == 0)
            try elsewhere {
                try there.send("first")
                try engine.publish(Trade("A", 1), on: Topic("t", of: "desk"))
                try there.send("last")
            }
            try rig.settle()
            #expect(recorder.texts == ["first", "A|1", "last"])
        }
    }
}
