import Backstage
import CBackstageActors
import Testing

/// Messages that cost no call to the allocator once all is warm. A sanitizer has an allocator of its own,
/// whose calls are not counted.
@Suite(.enabled(if: cactors_counts_allocations())) struct AllocationTests {
    @Test func callsAreCounted() {
        let before = cactors_allocations()
        let array = (0..<1000).map { _ in Int.random(in: 0...9) }
        #expect(array.reduce(0, +) < 10_000)
        #expect(cactors_allocations() > before)
    }

    /// How often this thread asks for memory during the second of two equal runs.
    private func allocations(_ body: () throws -> Void) rethrows -> UInt64 {
        try body()
        let before = cactors_allocations()
        try body()
        return cactors_allocations() - before
    }

    private struct Pair: Sendable, BitwiseCopyable {
        let first: Int
        let second: Double
    }

    /// Too large for an envelope.
    private struct Wide: Sendable, BitwiseCopyable {
        var words = [20 of Int](repeating: 1)
    }

    private enum Step: Sendable {
        case meet(ActorRef<Step>)
        case ball(Int)
    }

    @Test func sendsFromOutsideAskForNone() throws {
        try withRig { rig in
            let pairs = try rig.engine.spawn { (_: Pair, _) in }
            let count = try allocations {
                for number in 0..<1000 { try pairs.send(Pair(first: number, second: 1)) }
                try rig.settle()
            }
            #expect(count == 0)
            #expect(try rig.engine.statistics(of: pairs).handled == 2000)
        }
    }

    @Test func sendsOfWhatIsTooLargeForAnEnvelopeAskForNone() throws {
        try withRig { rig in
            let wide = try rig.engine.spawn { (_: Wide, _) in }
            let count = try allocations {
                for _ in 0..<1000 { try wide.send(Wide()) }
                try rig.settle()
            }
            #expect(count == 0)
        }
    }

    @Test func sendsBetweenActorsAskForNone() throws {
        try withRig { rig in
            let players = (try rig.engine.spawn { Player() }, try rig.engine.spawn { Player() })
            try players.0.send(.meet(players.1))
            try players.1.send(.meet(players.0))
            let count = try allocations {
                try players.0.send(.ball(2000))
                try rig.settle()
            }
            #expect(count == 0)
            #expect(try rig.engine.statistics(of: players.0).handled == 1 + 2 * 1001)
        }
    }

    /// Passes the ball on until it has been passed often enough.
    private struct Player: Actor {
        var other: ActorRef<Step>?

        mutating func receive(_ step: Step, _ context: Context<Step>) throws {
            switch step {
            case .meet(let other): self.other = other
            case .ball(let count): if count > 0 { try other?.send(.ball(count - 1)) }
            }
        }
    }

    @Test func sendsFromAnotherThreadAskForNone() throws {
        try withRig { rig in
            let pairs = try rig.engine.spawn { (_: Pair, _) in }
            let counts = Notes<UInt64>()
            let senders = {
                try elsewhere {
                    // What a thread itself takes, as it begins.
                    try pairs.send(Pair(first: 0, second: 0))
                    let before = cactors_allocations()
                    for number in 0..<1000 { try pairs.send(Pair(first: number, second: 1)) }
                    let after = cactors_allocations()
                    counts.add(after - before)
                }
            }
            try senders()
            try rig.settle()
            try senders()
            let before = cactors_allocations()
            try rig.settle()
            #expect(cactors_allocations() == before)
            #expect(counts.all == [0, 0])
            #expect(try rig.engine.statistics(of: pairs).handled == 2002)
        }
    }

    private struct Reader: Actor {
        let topic: Topic<Pair>
        func started(_ context: Context<Pair>) throws { try context.subscribe(to: topic) }
        func receive(_ message: Pair, _ context: Context<Pair>) {}
    }

    @Test func broadcastsAskForNone() throws {
        try withRig { rig in
            for _ in 0..<10 { try rig.engine.spawn { (_: Pair, _) in } }
            let count = try allocations {
                for number in 0..<100 { try rig.engine.broadcast(Pair(first: number, second: 1)) }
                try rig.settle()
            }
            #expect(count == 0)
        }
    }

    /// The subscribers' closures are inlined where the compiler optimizes.
    @Test(.enabled(if: isOptimized)) func publicationsAskForNone() throws {
        try withRig { rig in
            let topic = Topic<Pair>("pairs", of: "press")
            let press = try rig.engine.spawn("press") { (count: Int, context) in
                for number in 0..<count { try context.publish(Pair(first: number, second: 1), on: topic) }
            }
            for _ in 0..<10 { try rig.engine.spawn { Reader(topic: topic) } }
            try rig.settle()
            let count = try allocations {
                try press.send(100)
                try rig.settle()
            }
            #expect(count == 0)
        }
    }
}

#if DEBUG
    private let isOptimized = false
#else
    private let isOptimized = true
#endif
