import Backstage
import Testing

@Suite struct ReceiveTimeoutTests {
    let notes = Notes<String>()

    private func withActor(_ body: (Rig, ActorRef<String>) throws -> Void) throws {
        let notes = self.notes
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: String, context) in
                switch message {
                case "on": try context.receiveTimeout(.seconds(5), send: "idle")
                case "longer": try context.receiveTimeout(.seconds(10), send: "idle for long")
                case "off": try context.cancelReceiveTimeout()
                case "timer": try context.after(.seconds(3), send: "tick")
                case "fail": throw Oops()
                default: notes.add(message)
                }
            }
            try ref.send("on")
            try rig.settle()
            try body(rig, ref)
        }
    }

    @Test func itComesWhenNothingElseHasForSoLongAndAgain() throws {
        try withActor { rig, ref in
            try rig.advance(.milliseconds(4999))
            #expect(notes.all.isEmpty)
            try rig.advance(.milliseconds(1))
            #expect(notes.all == ["idle"])
            try rig.advance(.seconds(5))
            #expect(notes.all == ["idle", "idle"])
        }
    }

    @Test func messagesAndEventsPutItOff() throws {
        try withActor { rig, ref in
            try rig.advance(.seconds(4))
            try ref.send("timer")
            try rig.settle()
            try rig.advance(.seconds(3))
            #expect(notes.all == ["tick"])
            try rig.advance(.milliseconds(4999))
            #expect(notes.all == ["tick"])
            try rig.advance(.milliseconds(1))
            #expect(notes.all == ["tick", "idle"])
        }
    }

    @Test func itCanBeChangedAndTakenBack() throws {
        try withActor { rig, ref in
            try ref.send("longer")
            try rig.settle()
            try rig.advance(.seconds(9))
            #expect(notes.all.isEmpty)
            try rig.advance(.seconds(1))
            #expect(notes.all == ["idle for long"])
            try ref.send("off")
            try ref.send("off")
            try rig.settle()
            try rig.advance(.seconds(100))
            #expect(notes.all == ["idle for long"])
        }
    }
}
