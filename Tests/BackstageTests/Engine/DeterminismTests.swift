import Backstage
import Testing

/// A run with all that could vary in it: many actors, timers, topics, failures, and backoff with jitter.
private func run(seed: UInt64) throws -> [String] {
    let notes = Notes<String>()

    struct Worker: Actor {
        let number: Int
        let notes: Notes<String>
        func started(_ context: Context<Int>) throws {
            notes.add("\(context.now) \(number) started")
            try context.subscribe(to: Topic<Int>(">", of: "hub"))
            try context.every(.milliseconds(7 + number)) { event, context in
                notes.add("\(context.now) \(number) tick \(event.expirations)")
            }
        }
        func receive(_ message: Int, _ context: Context<Int>) throws {
            notes.add("\(context.now) \(number) got \(message)")
            if message % 13 == number % 13 { throw Oops() }
        }
        func ended(_ reason: EndReason, _ context: Context<Int>) { notes.add("\(number) \(reason)") }
    }
    struct Top: Actor {
        let notes: Notes<String>
        func started(_ context: Context<Int>) throws {
            for number in 0..<20 {
                let notes = self.notes
                try context.spawnChild { Worker(number: number, notes: notes) }
            }
        }
        func receive(_ message: Int, _ context: Context<Int>) {}
    }

    try withRig(EngineOptions(clock: .virtual, seed: seed)) { rig in
        try rig.engine.spawn("hub") { (message: Int, context) in
            try context.publish(message, on: Topic<Int>("t\(message % 3)", of: "hub"))
        }
        let supervision = Supervision(
            restarts: 4096, backoff: .init(from: .milliseconds(10), to: .milliseconds(100), jitter: 0.5))
        try rig.engine.spawn(options: ActorOptions(supervision: supervision)) { Top(notes: notes) }
        try rig.settle()
        let hub = try rig.engine.find("hub", as: Int.self)
        for step in 0..<100 {
            try hub.send(step)
            if step % 10 == 0 { try rig.engine.broadcast(step * 1000) }
            try rig.advance(.milliseconds(step % 9))
        }
    }
    return notes.all
}

@Suite struct DeterminismTests {
    @Test func theSameSeedGivesTheSameRun() throws {
        for seed in [0, 1, 42, UInt64.max] {
            let first = try run(seed: seed)
            #expect(first.count > 1000)
            #expect(try run(seed: seed) == first)
        }
    }

    @Test func anotherSeedGivesAnotherRun() throws {
        #expect(try run(seed: 1) != run(seed: 2))
    }
}
