import Backstage
import Glibc
import Machine

/// How it all ended, for who runs the engine.
final class End {
    var isInOrder = false
}

/// The parent of all: starts them, and ends them in good order when it is told to, or by a signal. Samplers
/// that fail start again. Board and alarm do not: without them there is no use in going on.
struct Supervisor: Actor {
    enum Message: Sendable {
        case end
    }

    static let options = ActorOptions(
        supervision: Supervision(backoff: Supervision.Backoff(from: .milliseconds(100))))

    private static let drainTime = Duration.seconds(5)
    private let source: Source
    private let interval: Duration
    private let log: Log
    private let end: End
    private var isEnding = false

    init(_ source: Source, _ interval: Duration, _ log: Log, _ end: End) {
        self.source = source
        self.interval = interval
        self.log = log
        self.end = end
    }

    /// Those who listen come first, so that they miss nothing.
    mutating func started(_ context: Context<Message>) throws {
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            try context.watch(signal: signal) { _ in .end }
        }
        let (log, interval) = (log, interval)
        try context.spawnChild("board") { Board(log, shownFor: interval * 3) }
        try context.spawnChild("alarm") { Alarm() }
        try spawnSampler(CPUGauge.self, context)
        try spawnSampler(MemoryGauge.self, context)
        try spawnSampler(NetworkGauge.self, context)
        try spawnSampler(ProcessGauge.self, context)
    }

    private func spawnSampler<G: Gauge>(_ gauge: G.Type, _ context: Context<Message>) throws {
        let (source, interval) = (source, interval)
        try context.spawnChild(G.id) { Sampler<G>(source, interval) }
    }

    /// All handle what they have queued, and end, the last born first; then the run is over.
    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        if isEnding { return }  // Ctrl-C once more
        isEnding = true
        try context.engine.drain(timeout: Self.drainTime)
    }

    mutating func childFailed(_ termination: Termination, _ context: Context<Message>) throws {
        throw BackstageError.status(termination.status)
    }

    func ended(_ reason: EndReason, _ context: Context<Message>) {
        end.isInOrder = isEnding && reason == .stopped
        if !isEnding { context.engine.stop() }  // there is no drain that ends the run
    }
}
