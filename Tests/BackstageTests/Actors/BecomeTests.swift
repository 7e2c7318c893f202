import Backstage
import Testing

/// A door that is another function open than closed.
private struct Door: Actor {
    enum Message { case toggle, fail, ask(ReplyTo<String>), back }

    func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .toggle: context.become(Self.open)
        case .ask(let reply): try reply.send("closed")
        case .fail: throw Oops()
        case .back: context.unbecome()
        }
    }

    private static func open(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .toggle: context.become(ajar)
        case .ask(let reply): try reply.send("open")
        case .fail: throw Oops()
        case .back: context.unbecome()
        }
    }

    private static func ajar(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .ask(let reply): try reply.send("ajar")
        case .back: context.unbecome()
        default: break
        }
    }
}

private struct Warden: Actor {
    let directive: Supervision.Directive
    func started(_ context: Context<Int>) throws { try context.spawnChild("door") { Door() } }
    func receive(_ message: Int, _ context: Context<Int>) {}
}

@Suite struct BecomeTests {
    private func state(_ door: ActorRef<Door.Message>) throws -> String {
        try door.requestAndWait { .ask($0) }
    }

    @Test func becomeChangesHowTheNextMessageIsReceived() throws {
        try withRig { rig in
            let door = try rig.engine.spawn { Door() }
            #expect(try state(door) == "closed")
            try door.send(.toggle)
            #expect(try state(door) == "open")
            try door.send(.toggle)
            #expect(try state(door) == "ajar")
            try door.send(.back)
            #expect(try state(door) == "closed")
            try door.send(.back)
            #expect(try state(door) == "closed")
        }
    }

    @Test func messagesQueuedBeforeAreReceivedTheNewWay() throws {
        try withRig { rig in
            var got: [String] = []
            let ref = try rig.engine.spawn { (message: String, context) in
                got.append("first \(message)")
                context.become { message, context in got.append("second \(message)") }
            }
            for message in ["a", "b", "c"] { try ref.send(message) }
            try rig.settle()
            #expect(got == ["first a", "second b", "second c"])
        }
    }

    @Test(arguments: [Supervision.Directive.restart, .resume])
    func aRestartTakesItBackAndAResumeDoesNot(_ directive: Supervision.Directive) throws {
        try withRig { rig in
            try rig.engine.spawn(options: ActorOptions(supervision: Supervision(onFailure: directive))) {
                Warden(directive: directive)
            }
            try rig.settle()
            let door = try rig.engine.find("door", as: Door.Message.self)
            try door.send(.toggle)
            try door.send(.fail)
            try rig.settle()
            #expect(try state(door) == (directive == .restart ? "closed" : "open"))
        }
    }

    @Test func eventsMadeIntoMessagesAreReceivedTheNewWay() throws {
        try withRig { rig in
            var got: [String] = []
            let ref = try rig.engine.spawn { (message: String, context) in
                try context.after(.seconds(1), send: "timer")
                context.become { message, context in got.append("new \(message)") }
            }
            try ref.send("go")
            try rig.settle()
            try rig.advance(.seconds(1))
            #expect(got == ["new timer"])
        }
    }

    @Test func aBehaviourThatThrowsIsAFailureWithItsMessage() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: String, context) in
                context.become { message, context in throw Oops(message) }
            }
            try ref.send("first")
            try ref.send("second")
            try rig.settle()
            #expect(rig.reasons == [.failed])
            #expect(rig.letters.all[0].text == "second")
            #expect(rig.lines.all[0].error == "\(Oops("second"))")
        }
    }

    @Test func whatABehaviourHoldsIsFreedWithTheActor() throws {
        final class Held {}
        weak var held: Held?
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: Int, context) in
                let object = Held()
                held = object
                context.become { message, context in _ = object }
            }
            try ref.send(1)
            try rig.settle()
            #expect(held != nil)
            try ref.stop()
            try rig.settle()
            #expect(held == nil)
        }
    }

    @Test func becomeInStartedHoldsFromTheFirstMessage() throws {
        struct Early: Actor {
            let notes: Notes<String>
            func started(_ context: Context<Int>) {
                let notes = self.notes
                context.become { message, context in notes.add("behaviour") }
            }
            func receive(_ message: Int, _ context: Context<Int>) { notes.add("receive") }
        }
        let notes = Notes<String>()
        try withRig { rig in
            let ref = try rig.engine.spawn { Early(notes: notes) }
            try ref.send(1)
            try rig.settle()
        }
        #expect(notes.all == ["behaviour"])
    }
}
