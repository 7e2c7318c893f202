import Backstage
import Testing

@Suite struct TimersTests {
    let notes = Notes<String>()

    /// An actor that runs the closure for "go", and notes everything else.
    private func withActor(
        _ options: EngineOptions = EngineOptions(clock: .virtual),
        _ go: @escaping (Context<String>) throws -> Void, _ body: (Rig, ActorRef<String>) throws -> Void
    ) throws {
        let notes = self.notes
        try withRig(options) { rig in
            let ref = try rig.engine.spawn { (message: String, context) in
                if message == "go" { return try go(context) }
                notes.add(message)
            }
            try ref.send("go")
            try rig.settle()
            try body(rig, ref)
        }
    }

    @Test func afterIsOnceAndNeverEarly() throws {
        try withActor { context in
            try context.after(.seconds(1), send: "late")
            try context.after(.milliseconds(1), send: "soon")
            try context.after(.zero, send: "now")
        } _: { rig, _ in
            #expect(notes.all == ["now"])
            try rig.advance(.nanoseconds(999_999))
            #expect(notes.all == ["now"])
            try rig.advance(.nanoseconds(1))
            #expect(notes.all == ["now", "soon"])
            try rig.advance(.seconds(10))
            #expect(notes.all == ["now", "soon", "late"])
        }
    }

    @Test func aFractionOfANanosecondIsNotEarly() throws {
        try withActor { context in
            try context.after(Duration(secondsComponent: 0, attosecondsComponent: 1_500_000_000), send: "x")
        } _: { rig, _ in
            try rig.advance(.nanoseconds(1))
            #expect(notes.all.isEmpty)
            try rig.advance(.nanoseconds(1))
            #expect(notes.all == ["x"])
        }
    }

    @Test func everyComesAgainAndAgain() throws {
        try withActor { context in
            try context.every(.seconds(1), send: "tick")
        } _: { rig, _ in
            #expect(notes.count == 0)
            for second in 1...5 {
                try rig.advance(.seconds(1))
                #expect(notes.count == second)
            }
        }
    }

    @Test func everyMayBeginEarlier() throws {
        try withActor { context in
            try context.every(.seconds(10), after: .zero, send: "tick")
        } _: { rig, _ in
            #expect(notes.count == 1)
            try rig.advance(.seconds(9))
            #expect(notes.count == 1)
            try rig.advance(.seconds(1))
            #expect(notes.count == 2)
        }
    }

    @Test func oneThatIsLateComesOnceAndTellsHowOftenItWasDue() throws {
        try withActor { [notes] context in
            try context.every(.seconds(1)) { event, context in
                notes.add("\(event.expirations) at \(event.due)")
            }
        } _: { rig, _ in
            try rig.advance(.seconds(1))
            try rig.advance(.milliseconds(3500))
            try rig.advance(.milliseconds(500))
            #expect(notes.count == 3)
            #expect(notes.all[0] == "1 at \(Duration.seconds(1))")
            #expect(notes.all[1].hasPrefix("3 at "))
            #expect(notes.all[2] == "1 at \(Duration.seconds(5))")
        }
    }

    @Test func timersAreHandledInOrderOfTime() throws {
        try withActor { context in
            for milliseconds in [5, 3, 4, 1, 2] {
                try context.after(.milliseconds(milliseconds), send: "\(milliseconds)")
            }
        } _: { rig, _ in
            try rig.advance(.seconds(1))
            #expect(notes.all == ["1", "2", "3", "4", "5"])
        }
    }

    @Test func aClosureActsWithAContextOfItsOwn() throws {
        try withActor { [notes] context in
            try context.after(.seconds(1)) { event, context in
                #expect(context.sender == nil)
                #expect(context.topic == nil)
                #expect(context.now == .seconds(1))
                try context.ref.send("sent by the timer")
                notes.add("timer")
            }
        } _: { rig, _ in
            try rig.advance(.seconds(1))
            #expect(notes.all == ["timer", "sent by the timer"])
        }
    }

    @Test func aTimerCancelledComesNoMore() throws {
        try withActor { context in
            let once = try context.after(.seconds(1), send: "once")
            let often = try context.every(.seconds(1), send: "often")
            context.cancel(once)
            try context.after(.milliseconds(2500)) { _, context in
                context.cancel(often)
                context.cancel(often)
                context.cancel(once)
            }
        } _: { rig, _ in
            for _ in 0..<6 { try rig.advance(.milliseconds(500)) }
            #expect(notes.all == ["often", "often"])
        }
    }

    @Test func aTimerMayCancelItself() throws {
        try withActor { [notes] context in
            let box = Box()
            box.timer = try context.every(.seconds(1)) { _, context in
                notes.add("tick")
                if notes.count == 3, let timer = box.timer { context.cancel(timer) }
            }
        } _: { rig, _ in
            for _ in 0..<10 { try rig.advance(.seconds(1)) }
            #expect(notes.count == 3)
        }
    }

    private final class Box { var timer: Timer? }

    @Test func whatWasDueAndNotHandledIsWithdrawn() throws {
        try withActor { context in
            let late = try context.after(.seconds(2), send: "withdrawn")
            try context.after(.seconds(1)) { _, context in context.cancel(late) }
        } _: { rig, _ in
            // Both are due by then.
            try rig.advance(.seconds(3))
            #expect(notes.all.isEmpty)
        }
    }

    private static func chain(_ left: Int, _ notes: Notes<String>)
        -> (TimerEvent, Context<String>) throws -> Void
    {
        { event, context in
            notes.add("\(event.due)")
            if left > 0 { try context.after(.seconds(1), perform: chain(left - 1, notes)) }
        }
    }

    @Test func aTimerMayStartTimers() throws {
        try withActor { [notes] context in
            try context.after(.seconds(1), perform: Self.chain(2, notes))
        } _: { rig, _ in
            for _ in 0..<5 { try rig.advance(.seconds(1)) }
            #expect(notes.all == (1...3).map { "\(Duration.seconds($0))" })
        }
    }

    @Test func timersEndWithTheActorAndWithARestart() throws {
        struct Ticker: Actor {
            let notes: Notes<String>
            let delay: Duration
            func receive(_ message: String, _ context: Context<String>) throws {
                switch message {
                case "start": try context.every(delay, send: "tick")
                case "fail": throw Oops()
                default: notes.add(message)
                }
            }
        }
        struct Top: Actor {
            let notes: Notes<String>
            func started(_ context: Context<Int>) throws {
                let notes = self.notes
                try context.spawnChild("ticker") { Ticker(notes: notes, delay: .seconds(1)) }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
        }
        let notes = self.notes
        try withRig { rig in
            try rig.engine.spawn(options: ActorOptions(supervision: Supervision())) { Top(notes: notes) }
            try rig.settle()
            let ticker = try rig.engine.find("ticker", as: String.self)
            try ticker.send("start")
            try rig.settle()
            try rig.advance(.seconds(1))
            #expect(notes.count == 1)
            try ticker.send("fail")
            try rig.settle()
            try rig.advance(.seconds(5))
            #expect(notes.count == 1)
            #expect(rig.engine.nextDue == nil)
        }
    }

    @Test func whatATimerHoldsIsFreedWhenItIsDone() throws {
        final class Held {}
        weak var once: Held?
        weak var cancelled: Held?
        try withActor { context in
            let (first, second) = (Held(), Held())
            (once, cancelled) = (first, second)
            try context.after(.seconds(1)) { _, _ in _ = first }
            let timer = try context.after(.seconds(1)) { _, _ in _ = second }
            context.cancel(timer)
        } _: { rig, _ in
            #expect(once != nil)
            #expect(cancelled == nil)
            try rig.advance(.seconds(1))
            #expect(once == nil)
        }
    }

    @Test func durationsThatAreNone() throws {
        try withActor { [notes] context in
            expect(.invalidArgument) { try context.after(.seconds(-1), send: "") }
            expect(.invalidArgument) { try context.every(.zero, send: "") }
            expect(.invalidArgument) { try context.every(.seconds(-1), send: "") }
            expect(.invalidArgument) { try context.every(.seconds(1), after: .seconds(-1), send: "") }
            expect(.invalidArgument) { try context.receiveTimeout(.zero, send: "") }
            expect(.invalidArgument) { try context.receiveTimeout(.seconds(-1), send: "") }
            notes.add("done")
        } _: { _, _ in
            #expect(notes.all == ["done"])
        }
    }

    @Test func aVeryLongTimeIsNeverOver() throws {
        try withActor { context in
            try context.after(.seconds(Int64.max), send: "never")
        } _: { rig, _ in
            try rig.advance(.seconds(1_000_000_000))
            #expect(notes.all.isEmpty)
        }
    }

    @Test func theSmallestPeriodIsStillAPeriod() throws {
        try withActor { context in
            try context.every(Duration(secondsComponent: 0, attosecondsComponent: 1), send: "tick")
        } _: { rig, _ in
            try rig.advance(.nanoseconds(1))
            try rig.advance(.nanoseconds(1))
            #expect(notes.all == ["tick", "tick"])
        }
    }
}
