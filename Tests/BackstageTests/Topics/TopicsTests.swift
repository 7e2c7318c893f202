import Backstage
import Testing

/// Keeps what it reads; subscribes when it starts.
private struct Reader: Actor {
    let topics: [Topic<String>]
    let notes: Notes<String>

    init(_ topics: Topic<String>..., notes: Notes<String>) {
        self.topics = topics
        self.notes = notes
    }

    func started(_ context: Context<String>) throws {
        for topic in topics { try context.subscribe(to: topic) }
    }

    func receive(_ message: String, _ context: Context<String>) {
        notes.add("\(context.topic.map { "[\($0)] " } ?? "")\(message)")
    }
}

@Suite struct TopicsTests {
    let notes = Notes<String>()

    private func withPaper(_ body: (Rig) throws -> Void) throws {
        try withRig { rig in
            try rig.engine.spawn("paper") { (message: Int, context) in }
            try body(rig)
        }
    }

    @Test func theDefaultTopicAndNamedOnesAreApart() throws {
        let notes = self.notes
        try withPaper { rig in
            let main = Topic<String>(of: "paper")
            let sports = Topic<String>("sports", of: "paper")
            try rig.engine.spawn { Reader(main, notes: notes) }
            try rig.engine.spawn { Reader(sports, notes: notes) }
            try rig.settle()
            #expect(try rig.engine.publish("news", on: main) == 1)
            #expect(try rig.engine.publish("goal", on: sports) == 1)
            #expect(try rig.engine.publish("weather", on: Topic<String>("weather", of: "paper")) == 0)
            try rig.settle()
            #expect(notes.all == ["[] news", "[sports] goal"])
        }
    }

    @Test func anActorPublishesItsOwnTopicsOnly() throws {
        let notes = self.notes
        try withPaper { rig in
            try rig.engine.spawn { Reader(Topic("press", of: "radio"), notes: notes) }
            let radio = try rig.engine.spawn("radio") { (message: String, context) in
                let count = try context.publish(message, on: Topic("press", of: "radio"))
                #expect(count == 1)
                expect(.notFound) { try context.publish(message, on: Topic("press", of: "paper")) }
                expect(.notFound) { try context.publish(message, on: Topic(of: "nobody")) }
            }
            try rig.settle()
            try radio.send("on air")
            try rig.settle()
            #expect(notes.all == ["[press] on air"])
        }
    }

    @Test func patternsAndTheirBounds() throws {
        let notes = self.notes
        try withPaper { rig in
            try rig.engine.spawn { Reader(Topic("trades.*", of: "paper"), notes: notes) }
            let all = Notes<String>()
            try rig.engine.spawn { Reader(Topic(">", of: "paper"), notes: all) }
            try rig.settle()
            for name in ["trades.AAPL", "trades", "trades.AAPL.bid", "quotes.AAPL"] {
                try rig.engine.publish(name, on: Topic<String>(name, of: "paper"))
            }
            try rig.engine.publish("main", on: Topic<String>(of: "paper"))
            try rig.settle()
            #expect(notes.all == ["[trades.AAPL] trades.AAPL"])
            #expect(all.count == 4)
        }
    }

    @Test func whoMatchesSeveralTimesGetsItOnce() throws {
        let notes = self.notes
        try withPaper { rig in
            try rig.engine.spawn {
                Reader(
                    Topic("a.b", of: "paper"), Topic("a.*", of: "paper"), Topic(">", of: "paper"),
                    notes: notes)
            }
            try rig.settle()
            #expect(try rig.engine.publish("x", on: Topic<String>("a.b", of: "paper")) == 1)
            #expect(try rig.engine.publish("y", on: Topic<String>("a.c", of: "paper")) == 1)
            try rig.settle()
            #expect(notes.all == ["[a.b] x", "[a.c] y"])
        }
    }

    @Test func aTopicMayBeSubscribedToBeforeItsPublisherExists() throws {
        let notes = self.notes
        try withRig { rig in
            let topic = Topic<String>("early", of: "paper")
            try rig.engine.spawn { Reader(topic, notes: notes) }
            try rig.settle()
            expect(.notFound) { try rig.engine.publish("nobody", on: topic) }
            let first = try rig.engine.spawn("paper") { (message: Int, context) in }
            try rig.engine.publish("first", on: topic)
            try first.stop()
            try rig.settle()
            try rig.engine.spawn("paper") { (message: Int, context) in }
            try rig.engine.publish("second", on: topic)
            try rig.settle()
            #expect(notes.all == ["[early] first", "[early] second"])
        }
    }

    @Test func aClosureMakesMessagesOfPublications() throws {
        enum Message: Sendable { case price(Double), name(String) }
        struct Mixed: Actor {
            let notes: Notes<String>
            func started(_ context: Context<Message>) throws {
                try context.subscribe(to: Topic<Double>("price", of: "paper")) { .price($0) }
                try context.subscribe(to: Topic<String>("name", of: "paper")) { .name($0) }
            }
            func receive(_ message: Message, _ context: Context<Message>) { notes.add("\(message)") }
        }
        let notes = self.notes
        try withPaper { rig in
            try rig.engine.spawn { Mixed(notes: notes) }
            try rig.settle()
            try rig.engine.publish(1.5, on: Topic<Double>("price", of: "paper"))
            try rig.engine.publish("x", on: Topic<String>("name", of: "paper"))
            try rig.settle()
            #expect(notes.all == ["price(1.5)", "name(\"x\")"])
        }
    }

    @Test func aClosureThatThrowsIsAFailure() throws {
        struct Picky: Actor {
            func started(_ context: Context<Int>) throws {
                try context.subscribe(to: Topic<String>(of: "paper")) { text in
                    guard let number = Int(text) else { throw Oops(text) }
                    return number
                }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
        }
        try withPaper { rig in
            let picky = try rig.engine.spawn { Picky() }
            try rig.settle()
            try rig.engine.publish("7", on: Topic<String>(of: "paper"))
            try rig.engine.publish("seven", on: Topic<String>(of: "paper"))
            try rig.settle()
            #expect(rig.reasons == [.failed])
            #expect(rig.letters.all[0].text == "seven")
            #expect(rig.letters.all[0].topic == "")
            #expect(rig.lines.all[0].error == "\(Oops("seven"))")
            expect(.notFound) { try picky.send(1) }
        }
    }

    @Test func anotherTypeUnderTheSameNameIsAFailure() throws {
        let notes = self.notes
        try withPaper { rig in
            try rig.engine.spawn { Reader(Topic("x", of: "paper"), notes: notes) }
            try rig.settle()
            try rig.engine.publish(7, on: Topic<Int>("x", of: "paper"))
            try rig.settle()
            #expect(rig.reasons == [.failed])
            #expect(rig.lines.all[0].error?.contains("the publication is no String") == true)
            #expect(notes.count == 0)
        }
    }

    @Test func theSameNameOfTwoPublishers() throws {
        let notes = self.notes
        struct Both: Actor {
            let notes: Notes<String>
            func started(_ context: Context<String>) throws {
                try context.subscribe(to: Topic<String>("x", of: "one")) { "one: \($0)" }
                try context.subscribe(to: Topic<String>("x", of: "two")) { "two: \($0)" }
            }
            func receive(_ message: String, _ context: Context<String>) { notes.add(message) }
        }
        try withRig { rig in
            for id in ["one", "two"] { try rig.engine.spawn(id) { (message: Int, context) in } }
            try rig.engine.spawn { Both(notes: notes) }
            try rig.settle()
            try rig.engine.publish("a", on: Topic<String>("x", of: "two"))
            try rig.engine.publish("b", on: Topic<String>("x", of: "one"))
            try rig.settle()
            #expect(notes.all == ["two: a", "one: b"])
        }
    }

    @Test func patternsOfTwoPublishersHaveTheirOwnClosures() throws {
        let notes = self.notes
        struct Both: Actor {
            let notes: Notes<String>
            func started(_ context: Context<String>) throws {
                try context.subscribe(to: Topic<String>("*", of: "one")) { "one: \($0)" }
                try context.subscribe(to: Topic<String>("*", of: "two")) { "two: \($0)" }
                try context.subscribe(to: Topic<String>("y", of: "two")) { "exactly: \($0)" }
            }
            func receive(_ message: String, _ context: Context<String>) { notes.add(message) }
        }
        try withRig { rig in
            for id in ["one", "two"] { try rig.engine.spawn(id) { (message: Int, context) in } }
            try rig.engine.spawn { Both(notes: notes) }
            try rig.settle()
            try rig.engine.publish("a", on: Topic<String>("x", of: "two"))
            try rig.engine.publish("b", on: Topic<String>("x", of: "one"))
            try rig.engine.publish("c", on: Topic<String>("y", of: "two"))
            try rig.settle()
            #expect(notes.all == ["two: a", "one: b", "exactly: c"])
        }
    }

    @Test func toSubscribeAgainReplacesTheClosure() throws {
        let notes = self.notes
        try withPaper { rig in
            let topic = Topic<String>(of: "paper")
            let ref = try rig.engine.spawn { (message: String, context) in
                switch message {
                case "first", "second": try context.subscribe(to: topic) { "\(message): \($0)" }
                default: notes.add(message)
                }
            }
            try ref.send("first")
            try ref.send("second")
            try rig.settle()
            #expect(try rig.engine.publish("x", on: topic) == 1)
            try rig.settle()
            #expect(notes.all == ["second: x"])
        }
    }

    @Test func afterUnsubscribeNothingMoreComesNotEvenWhatIsQueued() throws {
        let notes = self.notes
        try withPaper { rig in
            let topic = Topic<String>("x", of: "paper")
            let ref = try rig.engine.spawn { (message: String, context) in
                switch message {
                case "on": try context.subscribe(to: topic)
                case "off": try context.unsubscribe(from: topic)
                default: notes.add(message)
                }
            }
            try ref.send("on")
            try rig.settle()
            try rig.engine.publish("before", on: topic)
            try ref.send("off")
            try rig.engine.publish("queued", on: topic)
            try rig.engine.publish("queued too", on: topic)
            try rig.settle()
            #expect(notes.all == ["before"])
            #expect(try rig.engine.publish("after", on: topic) == 0)
            #expect(rig.letters.count == 0)
            // And on again: what comes from now on.
            try ref.send("on")
            try rig.settle()
            try rig.engine.publish("again", on: topic)
            try rig.settle()
            #expect(notes.all == ["before", "again"])
        }
    }

    @Test func oneOfTwoOverlappingSubscriptionsTakenBack() throws {
        let notes = self.notes
        try withPaper { rig in
            let ref = try rig.engine.spawn { (message: String, context) in
                switch message {
                case "on":
                    try context.subscribe(to: Topic<String>("a.b", of: "paper")) { "exact \($0)" }
                    try context.subscribe(to: Topic<String>("a.*", of: "paper")) { "pattern \($0)" }
                case "off": try context.unsubscribe(from: Topic<String>("a.b", of: "paper"))
                default: notes.add(message)
                }
            }
            try ref.send("on")
            try rig.settle()
            try rig.engine.publish("1", on: Topic<String>("a.b", of: "paper"))
            try ref.send("off")
            try rig.settle()
            try rig.engine.publish("2", on: Topic<String>("a.b", of: "paper"))
            try rig.settle()
            #expect(notes.all == ["exact 1", "pattern 2"])
        }
    }

    @Test func subscriptionsOutliveARestart() throws {
        struct Fragile: Actor {
            let notes: Notes<String>
            func started(_ context: Context<String>) throws {
                try context.subscribe(to: Topic<String>(of: "paper"))
            }
            func receive(_ message: String, _ context: Context<String>) throws {
                if message == "fail" { throw Oops() }
                notes.add(message)
            }
        }
        struct Top: Actor {
            let notes: Notes<String>
            func started(_ context: Context<Int>) throws {
                let notes = self.notes
                try context.spawnChild { Fragile(notes: notes) }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
        }
        let notes = self.notes
        try withPaper { rig in
            try rig.engine.spawn(options: ActorOptions(supervision: Supervision())) { Top(notes: notes) }
            try rig.settle()
            for message in ["a", "fail", "b"] {
                try rig.engine.publish(message, on: Topic<String>(of: "paper"))
            }
            try rig.settle()
            #expect(notes.all == ["a", "b"])
        }
    }

    @Test func aFullInboxMakesADeadLetterOfACopy() throws {
        let notes = self.notes
        try withPaper { rig in
            try rig.engine.spawn("slow", options: ActorOptions(capacity: 1)) {
                Reader(Topic(of: "paper"), notes: notes)
            }
            try rig.engine.spawn { Reader(Topic(of: "paper"), notes: notes) }
            try rig.settle()
            #expect(try rig.engine.publish("a", on: Topic<String>(of: "paper")) == 2)
            #expect(try rig.engine.publish("b", on: Topic<String>(of: "paper")) == 1)
            #expect(rig.reasons == [.inboxFull])
            #expect(rig.letters.all[0].text == "b")
            #expect(rig.letters.all[0].receiverID == "slow")
            #expect(rig.letters.all[0].topic == "")
            try rig.settle()
            #expect(notes.all.sorted() == ["[] a", "[] a", "[] b"])
        }
    }

    @Test(arguments: [
        "", ".", "a.", ".a", "a..b", "a\0b", ">.a", "a.>.b", "a*", String(repeating: "x", count: 256),
        Array(repeating: "a", count: 17).joined(separator: "."),
    ]) func namesThatAreNone(_ name: String) throws {
        try withPaper { rig in
            let topic = Topic<String>(name, of: "paper")
            expect(.invalidTopic) { try rig.engine.publish("x", on: topic) }
            let ref = try rig.engine.spawn { (message: String, context) in
                expect(.invalidTopic) { try context.subscribe(to: topic) }
                expect(.invalidTopic) { try context.unsubscribe(from: topic) }
                notes.add("done")
            }
            try ref.send("go")
            try rig.settle()
            #expect(notes.all == ["done"])
        }
    }

    @Test(arguments: ["", "a\0", String(repeating: "x", count: 256)])
    func publishersThatAreNone(_ id: String) throws {
        try withPaper { rig in
            let ref = try rig.engine.spawn { (message: String, context) in
                expect(.invalidID) { try context.subscribe(to: Topic<String>(of: id)) }
                expect(.invalidID) { try context.subscribe(to: Topic<String>("x", of: id)) }
                expect(.invalidID) { try context.unsubscribe(from: Topic<String>(of: id)) }
                notes.add("done")
            }
            try ref.send("go")
            try rig.settle()
            expect(.invalidID) { try rig.engine.publish("x", on: Topic<String>(of: id)) }
            #expect(notes.all == ["done"])
        }
    }

    @Test func aPatternCannotBePublishedOn() throws {
        try withPaper { rig in
            expect(.invalidTopic) { try rig.engine.publish("x", on: Topic<String>("a.*", of: "paper")) }
            expect(.invalidTopic) { try rig.engine.publish("x", on: Topic<String>(">", of: "paper")) }
            let ref = try rig.engine.spawn { (message: String, context) in
                expect(.notSubscribed) { try context.unsubscribe(from: Topic<String>(of: "paper")) }
                notes.add("done")
            }
            try ref.send("go")
            try rig.settle()
            #expect(notes.all == ["done"])
        }
    }
}
