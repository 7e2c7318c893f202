import Backstage
import Testing

/// Sets everything aside until it is opened.
private struct Gate<Load: Sendable>: Actor {
    enum Message { case load(Load), open, close, fail }
    let notes: Notes<String>
    var isOpen = false

    init(_ notes: Notes<String>) { self.notes = notes }

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .load(let load):
            if !isOpen { return try context.stash() }
            notes.add("\(load)")
        case .open:
            isOpen = true
            notes.add("opened \(try context.unstash())")
        case .close: isOpen = false
        case .fail: throw Oops()
        }
    }
}

@Suite struct StashTests {
    let notes = Notes<String>()

    @Test func whatIsStashedComesBackInOrderBeforeWhatWaits() throws {
        try withRig { rig in
            let gate = try rig.engine.spawn { Gate<String>(notes) }
            try gate.send(.load("a"))
            try gate.send(.load("b"))
            try gate.send(.open)
            try gate.send(.load("c"))
            try rig.settle()
            #expect(notes.all == ["opened 2", "a", "b", "c"])
            #expect(rig.letters.count == 0)
        }
    }

    @Test func trivialMessagesToo() throws {
        try withRig { rig in
            let gate = try rig.engine.spawn { Gate<Int>(notes) }
            for number in 1...3 { try gate.send(.load(number)) }
            try rig.settle()
            #expect(try rig.engine.statistics(of: gate).stashed == 3)
            #expect(try rig.engine.statistics().queued == 3)
            try gate.send(.open)
            try rig.settle()
            #expect(notes.all == ["opened 3", "1", "2", "3"])
            #expect(try rig.engine.statistics(of: gate).stashed == 0)
        }
    }

    @Test func aMessageMayBeStashedAgainAndAgain() throws {
        try withRig { rig in
            var rounds = 0
            let ref = try rig.engine.spawn { (message: String, context) in
                if message == "round" {
                    rounds += 1
                    try context.unstash()
                } else if rounds < 5 {
                    try context.stash()
                } else {
                    notes.add(message)
                }
            }
            try ref.send(String(repeating: "kept ", count: 20))
            for _ in 0..<5 {
                try ref.send("round")
                try rig.settle()
            }
            #expect(notes.all == [String(repeating: "kept ", count: 20)])
        }
    }

    @Test func stashedMessagesKeepTheirRoom() throws {
        try withRig { rig in
            let gate = try rig.engine.spawn(options: ActorOptions(capacity: 2)) { Gate<String>(notes) }
            try gate.send(.load("a"))
            try gate.send(.load("b"))
            try rig.settle()
            expect(.inboxFull) { try gate.send(.load("c")) }
        }
        #expect(notes.all.isEmpty)
    }

    @Test func whenTheActorEndsTheyAreDeadLettersWithTheirMessage() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: [String], context) in try context.stash() }
            try ref.send(["a", "b"])
            try rig.settle()
            #expect(rig.letters.count == 0)
            try ref.stop()
            try rig.settle()
            #expect(rig.reasons == [.ended])
            #expect(rig.letters.all[0].text == #"["a", "b"]"#)
        }
    }

    @Test func aRestartGivesThemBackFirst() throws {
        struct Top: Actor {
            let notes: Notes<String>
            func started(_ context: Context<Int>) throws {
                let notes = self.notes
                try context.spawnChild("gate") { Gate<String>(notes) }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
        }
        try withRig { rig in
            let notes = self.notes
            try rig.engine.spawn(options: ActorOptions(supervision: Supervision())) { Top(notes: notes) }
            try rig.settle()
            let gate = try rig.engine.find("gate", as: Gate<String>.Message.self)
            try gate.send(.load("a"))
            try rig.settle()
            try gate.send(.fail)
            try gate.send(.open)
            try rig.settle()
            // Handed back by the restart, and stashed by the new actor again.
            #expect(notes.all == ["opened 1", "a"])
        }
    }

    @Test func stashingTwiceOrWithNothingInHandIsRefused() throws {
        let notes = self.notes
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: String, context) in
                if message == "timer" {
                    expect(.notWaiting) { try context.stash() }
                    notes.add("timer")
                    return
                }
                try context.after(.seconds(1), send: "timer")
                try context.stash()
                expect(.exists) { try context.stash() }
            }
            struct Early: Actor {
                let notes: Notes<String>
                func started(_ context: Context<Int>) {
                    expect(.notWaiting) { try context.stash() }
                    notes.add("started")
                }
                func receive(_ message: Int, _ context: Context<Int>) {}
            }
            try ref.send("message")
            try rig.engine.spawn { Early(notes: notes) }
            try rig.settle()
            try rig.advance(.seconds(1))
        }
        #expect(notes.all == ["started", "timer"])
    }

    @Test func whatTheCallbackInHandStashedStays() throws {
        try withRig { rig in
            var got = 0
            let ref = try rig.engine.spawn { (message: String, context) in
                got += 1
                try context.stash()
                #expect(try context.unstash() == 0)
            }
            try ref.send("x")
            try rig.settle()
            #expect(got == 1)
            #expect(try rig.engine.statistics(of: ref).stashed == 1)
        }
    }

    @Test func aFailureAfterAStashIsADeadLetter() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: String, context) in
                try context.stash()
                throw Oops()
            }
            try ref.send("x")
            try rig.settle()
            #expect(rig.reasons == [.failed])
            #expect(rig.letters.all[0].text == "x")
        }
    }

    @Test func aStashedRequestIsAnsweredLater() throws {
        enum Ask: Sendable { case text(ReplyTo<String>), open }
        try withRig { rig in
            var isOpen = false
            var answers: [String] = []
            let ref = try rig.engine.spawn { (message: Ask, context) in
                switch message {
                case .text(let reply): if isOpen { try reply.send("late") } else { try context.stash() }
                case .open:
                    isOpen = true
                    try context.unstash()
                }
            }
            let asker = try rig.engine.spawn { (message: Int, context) in
                try context.request(
                    ref, { .text($0) }, perform: { result, _ in answers.append(try result.get()) })
            }
            try asker.send(1)
            try rig.settle()
            #expect(answers.isEmpty)
            try ref.send(.open)
            try rig.settle()
            #expect(answers == ["late"])
        }
    }

    @Test func aStashedPublicationKeepsItsMessage() throws {
        let topic = Topic<String>(of: "paper")
        struct Reader: Actor {
            let topic: Topic<String>
            let notes: Notes<String>
            var isReady = false
            func started(_ context: Context<String>) throws { try context.subscribe(to: topic) }
            mutating func receive(_ message: String, _ context: Context<String>) throws {
                if message == "ready" {
                    isReady = true
                    try context.unstash()
                } else if isReady {
                    notes.add(message)
                } else {
                    try context.stash()
                }
            }
        }
        let news = String(repeating: "news ", count: 20)
        try withRig { rig in
            let notes = self.notes
            try rig.engine.spawn("paper") { (message: Int, context) in }
            let one = try rig.engine.spawn { Reader(topic: topic, notes: notes) }
            try rig.settle()
            // To one subscriber, and then to two.
            try rig.engine.publish(news, on: topic)
            try rig.settle()
            let two = try rig.engine.spawn { Reader(topic: topic, notes: notes) }
            try rig.settle()
            try rig.engine.publish("short", on: topic)
            try rig.settle()
            #expect(rig.letters.count == 0)
            try one.send("ready")
            try two.send("ready")
            try rig.settle()
            #expect(notes.all.sorted() == [news, "short", "short"].sorted())
        }
    }
}
