import CBackstage
import Testing

@testable import BackstageCore

struct ReadyListTests {
    /// Actors become ready at random, and get their turns in that order, each once.
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func behavesAsAQueue(_ seed: UInt64) throws {
        try withEngine { engine in
            var random = Randomness(seed: seed)
            let actors = try (0..<20).map { _ in try engine.spawn() }
            var model: [Actor] = []
            for _ in 0..<3000 {
                if model.isEmpty || random.below(5) < 3 {
                    let actor = actors[random.below(actors.count)]
                    engine.makeReady(actor)
                    if !model.contains(actor) { model.append(actor) }
                } else {
                    let actor = try #require(engine.dequeueReady())
                    #expect(actor == model.removeFirst())
                    actor.pointee.flags.remove(.ready)
                }
                #expect(engine.readyActors == model)
                #expect(model.isEmpty || engine.pointee.readyLast == model.last)
            }
        }
    }

    /// Turns go round: a budget each, until the work is done.
    @Test func turnsGoRound() throws {
        try withEngine { engine in
            var turns: [UInt8] = []
            for number in 0..<3 as Range<UInt8> {
                let probe = Probe()
                probe.onReceive = { _, _ in
                    turns.append(number)
                    return .ok
                }
                let actor = try engine.spawn(probe) { $0.budget = 2 }
                for _ in 0..<3 { #expect(engine.send([number], to: actor) == .ok) }
            }
            engine.runUntilIdle()
            #expect(turns == [0, 0, 1, 1, 2, 2, 0, 1, 2])
        }
    }
}
