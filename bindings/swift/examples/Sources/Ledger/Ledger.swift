import Backstage
import Synchronization

/// Counts dead letters by their reason: `EngineOptions(deadLetter: { letters.add($0) })`.
public final class DeadLetters: Sendable {
    private let byReason = Mutex<[DeadLetter.Reason: Int]>([:])

    public init() {}

    public func add(_ letter: DeadLetter) {
        byReason.withLock { $0[letter.reason, default: 0] += 1 }
    }

    public var counts: [DeadLetter.Reason: Int] { byReason.withLock { $0 } }
}

/// What became of all messages, by the engine's statistics and by the dead letters that were seen.
public struct Ledger: Sendable {
    public var accepted: Int
    public var handled: Int
    public var dead: Int
    public var queued: Int
    public var actors: Int
    public let spawned: Int
    public let failures: Int
    public let restarts: Int
    public let deadLetters: [DeadLetter.Reason: Int]

    public init(_ statistics: Statistics, _ deadLetters: [DeadLetter.Reason: Int]) {
        accepted = statistics.accepted
        handled = statistics.handled
        dead = statistics.dead
        queued = statistics.queued
        actors = statistics.actors
        spawned = statistics.spawned
        failures = statistics.failures
        restarts = statistics.restarts
        self.deadLetters = deadLetters
    }

    /// Whether every accepted message was handled, is dead for a reason, or is queued.
    public var isBalanced: Bool {
        accepted == handled + dead + queued && dead == deadLetters.values.reduce(0, +)
    }

    /// Whether nothing is left.
    public var isOver: Bool { queued == 0 && actors == 0 }

    public var lines: [String] {
        let reasons = deadLetters.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($1) \($0)" }
        return [
            "ledger: accepted \(accepted) = handled \(handled) + dead \(dead) + queued \(queued)"
                + (isBalanced ? ": balanced" : ": NOT balanced"),
            "dead letters: \(reasons.isEmpty ? "none" : reasons.joined(separator: ", "))",
            "actors: \(spawned) spawned, \(failures) failed, \(actors) left",
        ]
    }
}
