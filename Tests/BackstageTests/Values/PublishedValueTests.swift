import Backstage
import Testing

/// What becomes of a message that is published.
struct PublishedValueTests {
    /// Subscribes to a topic, and notes what comes; fails on number 5, and unsubscribes on number 6.
    private struct Reader<Message: Cargo>: Actor {
        let topics: [Topic<Message>]
        let seen: Notes<Int>

        func started(_ context: Context<Message>) throws {
            for topic in topics { try context.subscribe(to: topic) }
        }

        func receive(_ message: Message, _ context: Context<Message>) throws {
            #expect(message.isWhole)
            if message.number == 5 { throw Oops() }
            if message.number == 6 {
                for topic in topics { try context.unsubscribe(from: topic) }
            }
            seen.add(message.number)
        }
    }

    private func press<Message>(_ voyage: Voyage<Message>) throws {
        try voyage.engine.spawn("press") { (_: Int, _) in }
    }

    @discardableResult
    private func reader<Message>(
        _ voyage: Voyage<Message>, _ topics: [Topic<Message>], _ options: ActorOptions = ActorOptions()
    ) throws -> ActorRef<Message> {
        let ref = try voyage.engine.spawn(options: options) { [seen = voyage.seen] in
            Reader(topics: topics, seen: seen)
        }
        try voyage.settle()
        return ref
    }

    @Test(arguments: forms, [0, 1, 2, 40])
    func isDestroyedAfterTheLast(_ form: Form, _ count: Int) throws { try last(form.type, count) }

    private func last<Message: Cargo>(_ type: Message.Type, _ count: Int) throws {
        try withVoyage(type) { voyage in
            let topics = [Topic<Message>(of: "press"), Topic<Message>("sports.chess", of: "press")]
            try press(voyage)
            for _ in 0..<count { try reader(voyage, topics) }
            for (number, topic) in topics.enumerated() {
                #expect(try voyage.engine.publish(voyage.cargo(number), on: topic) == count)
            }
            #expect(voyage.census.alive == (count == 0 ? 0 : 2))
            try voyage.settle()
            #expect(voyage.seen.all.sorted() == [0, 1].flatMap { Array(repeating: $0, count: count) })
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func comesOnceByOverlappingPatterns(_ form: Form) throws {
        try patterns(form.type)
    }

    private func patterns<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            try press(voyage)
            let names = ["sports.*", "sports.>", "*.chess", "sports.chess", "politics.>"]
            let topics = names.map { Topic<Message>($0, of: "press") }
            try reader(voyage, topics)
            try reader(voyage, [topics[2]])
            try reader(voyage, [topics[4]])
            let chess = Topic<Message>("sports.chess", of: "press")
            let skiing = Topic<Message>("sports.skiing.results", of: "press")
            let music = Topic<Message>("music", of: "press")
            #expect(try voyage.engine.publish(voyage.cargo(0), on: chess) == 2)
            #expect(try voyage.engine.publish(voyage.cargo(1), on: skiing) == 1)
            #expect(try voyage.engine.publish(voyage.cargo(2), on: music) == 0)
            #expect(voyage.census.alive == 2)
            try voyage.settle()
            #expect(voyage.seen.all.sorted() == [0, 0, 1])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func isHandledByNobodyOnceUnsubscribed(_ form: Form) throws {
        try unsubscribed(form.type)
    }

    /// What was published before, and still waits, counts as handled.
    private func unsubscribed<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let topic = Topic<Message>(of: "press")
            try press(voyage)
            try reader(voyage, [topic])
            for number in [0, 6, 7, 8] { try voyage.engine.publish(voyage.cargo(number), on: topic) }
            try voyage.settle()
            #expect(voyage.seen.all == [0, 6])
            #expect(voyage.dead.all.isEmpty)
            #expect(voyage.census.alive == 0)
            #expect(try voyage.engine.publish(voyage.cargo(9), on: topic) == 0)
        }
    }

    @Test(arguments: forms) func isADeadLetterIfItsReaderFails(_ form: Form) throws { try fails(form.type) }

    private func fails<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let topic = Topic<Message>(of: "press")
            try press(voyage)
            try reader(voyage, [topic])
            for number in [4, 5, 7] { try voyage.engine.publish(voyage.cargo(number), on: topic) }
            try voyage.settle()
            #expect(voyage.seen.all == [4])
            #expect(voyage.dead.all == [.init(.failed, 5), .init(.ended, 7)])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func diesForSome(_ form: Form) throws { try some(form.type) }

    private func some<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let topic = Topic<Message>("a.b", of: "press")
            try press(voyage)
            let full = try reader(voyage, [topic], ActorOptions(capacity: 1))
            let stopped = try reader(voyage, [topic])
            try reader(voyage, [Topic("a.*", of: "press")])
            try full.send(voyage.cargo(0))
            #expect(try voyage.engine.publish(voyage.cargo(1), on: topic) == 2)
            try stopped.stop()
            try voyage.settle()
            #expect(voyage.seen.all.sorted() == [0, 1])
            #expect(voyage.dead.all == [.init(.inboxFull, 1), .init(.ended, 1)])
            try voyage.engine.publish(voyage.cargo(2), on: topic)
            try voyage.close()
            let late = voyage.dead.all.dropFirst(2)
            #expect(late.count == 2 && late.allSatisfy { $0 == .init(.engineEnded, 2) })
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func isLostOnWhoExpectsAnotherType(_ form: Form) throws { try other(form.type) }

    /// One reader expects what is published; another something else under that name, and fails.
    private func other<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let topic = Topic<Message>(of: "press")
            try press(voyage)
            try reader(voyage, [topic])
            let wrong = try voyage.engine.spawn {
                OtherReader(topic: Topic<Int>(of: "press"))
            }
            try voyage.settle()
            #expect(try voyage.engine.publish(voyage.cargo(0), on: topic) == 2)
            try voyage.settle()
            #expect(voyage.seen.all == [0])
            #expect(voyage.dead.all == [.init(.failed, 0)])
            expect(.notFound) { try wrong.send(1) }
            #expect(voyage.census.alive == 0)
        }
    }

    private struct OtherReader: Actor {
        let topic: Topic<Int>
        func started(_ context: Context<Int>) throws { try context.subscribe(to: topic) }
        func receive(_ message: Int, _ context: Context<Int>) throws {}
    }

    @Test(arguments: forms) func isDestroyedIfItsTopicIsNone(_ form: Form) throws { try invalid(form.type) }

    private func invalid<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            try press(voyage)
            try reader(voyage, [Topic("*", of: "press")])
            for name in ["", "a..b", "*", "a.>", "a\0"] {
                expect(.invalidTopic) {
                    try voyage.engine.publish(voyage.cargo(0), on: Topic(name, of: "press"))
                }
            }
            expect(.notFound) { try voyage.engine.publish(voyage.cargo(0), on: Topic(of: "nobody")) }
            #expect(voyage.census.alive == 0)
        }
    }
}
