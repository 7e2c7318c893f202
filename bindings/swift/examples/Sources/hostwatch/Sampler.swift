import Backstage
import Machine

extension Topic<Reading> {
    /// All that a publisher publishes.
    static func all(of publisher: String) -> Topic { Topic(">", of: publisher) }
}

/// Looks at a gauge on a timer, and publishes what it reads.
struct Sampler<G: Gauge>: Actor {
    enum Message: Sendable {
        case look
    }

    private let source: Source
    private let interval: Duration
    private var gauge = G()
    private var looks = 0

    init(_ source: Source, _ interval: Duration) {
        self.source = source
        self.interval = interval
    }

    func started(_ context: Context<Message>) throws {
        try context.every(interval, after: .zero, send: .look)
    }

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        defer { looks += 1 }
        do {
            let sample = Sample(source: source, tick: looks, time: context.now)
            for observation in try gauge.read(sample) { try publish(observation, context) }
        } catch let missing as Unavailable {
            try publish(Observation("unavailable.\(G.id)", .unavailable(missing.error)), context)
        } catch {
            try publish(Observation("failed.\(G.id)", .failed("\(error)")), context)
            throw error  // to the supervisor, who starts another one
        }
    }

    private func publish(_ observation: Observation, _ context: Context<Message>) throws {
        try context.publish(observation.reading, on: Topic(observation.topic, of: G.id))
    }
}
