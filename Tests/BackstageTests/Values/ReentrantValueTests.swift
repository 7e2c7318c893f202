import Backstage
import Testing

/// Messages that send another when they are destroyed, wherever that happens.
struct ReentrantValueTests {
    /// How a message comes to its end.
    enum Fate: CaseIterable {
        case handled, failed, refused, droppedNewest, droppedOldest, stopped, stashed, broadcast, published
        case publishedToNobody, kept, timer, fromAnotherThread
    }

    private static let few = [Form(type: InEnvelope.self), Form(type: InBox.self)]

    @Test(arguments: few, Fate.allCases)
    func whatTheySendArrives(_ form: Form, _ fate: Fate) throws { try meet(form.type, fate) }

    private func meet<Message: Cargo>(_ type: Message.Type, _ fate: Fate) throws {
        try withVoyage(type) { voyage in
            let mailbox = try mailbox(voyage)
            let census = voyage.census
            try bring(about: fate, voyage) { number in
                Message(
                    Token(number, census) {
                        #expect(throws: Never.self) { try mailbox.send(number * 10) }
                    })
            }
            try voyage.settle()
            #expect(voyage.seen.all.filter { $0 >= 10 } == [10])
            #expect(voyage.census.alive == 0)
        }
    }

    private func mailbox<Message>(_ voyage: Voyage<Message>) throws -> ActorRef<Int> {
        try voyage.engine.spawn { [seen = voyage.seen] (number: Int, _) in seen.add(number) }
    }

    /// Message 1 meets its fate.
    private func bring<Message: Cargo>(
        about fate: Fate, _ voyage: Voyage<Message>, _ message: @escaping @Sendable (Int) -> Message
    ) throws {
        let engine = voyage.engine
        let full = try voyage.sink(nil, ActorOptions(capacity: 1, overflow: overflow(fate)))
        switch fate {
        case .handled: try full.send(message(1))
        case .failed: try engine.spawn { (_: Message, _) in throw Oops() }.send(message(1))
        case .refused:
            try full.send(voyage.cargo(2))
            expect(.inboxFull) { try full.send(message(1)) }
        case .droppedNewest:
            try full.send(voyage.cargo(2))
            try full.send(message(1))
        case .droppedOldest:
            try full.send(message(1))
            try full.send(voyage.cargo(2))
        case .stopped:
            try full.send(message(1))
            try full.stop()
        case .stashed:
            let actor = try engine.spawn { (_: Message, context) in try context.stash() }
            try actor.send(message(1))
            try voyage.settle()
            try actor.stop()
        case .broadcast:
            for _ in 0..<3 { _ = try voyage.sink() }
            #expect(try engine.broadcast(message(1)) == 4)
        case .published, .publishedToNobody:
            try publish(message(1), to: fate == .published ? 3 : 0, voyage)
        case .kept: try keep(message(1), voyage)
        case .timer:
            let first = Notes<Message>()
            first.add(message(1))
            let actor = try engine.spawn { (_: Int, context: Context<Int>) in
                let kept = first.all[0]
                try context.after(.seconds(1)) { _, _ in _ = kept }
                first.clear()
            }
            try actor.send(0)
            try voyage.settle()
            try actor.stop()
        case .fromAnotherThread:
            try full.stop()
            try voyage.settle()
            try elsewhere { try full.send(message(1)) }
        }
    }

    private func overflow(_ fate: Fate) -> ActorOptions.Overflow {
        switch fate {
        case .droppedNewest: .dropNewest
        case .droppedOldest: .dropOldest
        default: .reject
        }
    }

    private func publish<Message: Cargo>(
        _ message: consuming Message, to count: Int, _ voyage: Voyage<Message>
    ) throws {
        let topic = Topic<Message>(of: "press")
        try voyage.engine.spawn("press") { (_: Int, _) in }
        for _ in 0..<count { try voyage.engine.spawn { Subscriber(topic: topic) } }
        try voyage.settle()
        #expect(try voyage.engine.publish(message, on: topic) == count)
    }

    private struct Subscriber<Message: Cargo>: Actor {
        let topic: Topic<Message>
        func started(_ context: Context<Message>) throws { try context.subscribe(to: topic) }
        func receive(_ message: Message, _ context: Context<Message>) {}
    }

    /// In an actor's state, until that is destroyed.
    private func keep<Message: Cargo>(_ message: consuming Message, _ voyage: Voyage<Message>) throws {
        let actor = try voyage.engine.spawn { Keeper<Message>() }
        try actor.send(message)
        try voyage.settle()
        try actor.stop()
    }

    private struct Keeper<Message: Cargo>: Actor {
        var kept: Message?
        mutating func receive(_ message: Message, _ context: Context<Message>) { kept = message }
    }

    @Test(arguments: few) func whatTheySendToAnEngineThatEndsIsRefused(_ form: Form) throws {
        try end(form.type)
    }

    /// An actor that ends can still send, and what it does is a dead letter then; who has ended cannot.
    private func end<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let (mailbox, refusals) = (try mailbox(voyage), Notes<BackstageError>())
            let sink = try voyage.sink()
            let keeper = try voyage.engine.spawn { Keeper<Message>() }
            let census = voyage.census
            let message = { @Sendable (number: Int) -> Message in
                let token = Token(number, census) {
                    do throws(BackstageError) { try mailbox.send(number) } catch { refusals.add(error) }
                }
                return Message(token)
            }
            try keeper.send(message(1))
            try voyage.settle()
            #expect(voyage.seen.all.isEmpty)
            for number in 2..<4 { try sink.send(message(number)) }
            try elsewhere { try sink.send(message(4)) }
            try voyage.close()
            #expect(refusals.all == [.ending, .ending, .ending])
            #expect(voyage.dead.all.map(\.number) == [4, 2, 3, nil])
            #expect(voyage.dead.all.allSatisfy { $0.reason == .engineEnded })
        }
    }
}
