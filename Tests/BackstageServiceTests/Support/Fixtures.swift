import Backstage
import Glibc
import InMemoryLogging
import Logging
import Synchronization
import Testing

/// Something that happens once, and can be waited for.
final class Gate: Sendable {
    private let (stream, continuation) = AsyncStream.makeStream(of: Void.self)

    func open() { continuation.finish() }

    func wait() async {
        for await _ in stream {}
    }
}

/// What actors of any thread note down.
final class Journal<Entry: Sendable>: Sendable {
    private let kept = Mutex<[Entry]>([])

    var entries: [Entry] { kept.withLock { $0 } }

    func note(_ entry: Entry) { kept.withLock { $0.append(entry) } }
}

extension Journal<Int> {
    /// Whether it holds these numbers, in order.
    func holds(_ numbers: some Sequence<Int>) -> Bool { entries.elementsEqual(numbers) }
}

/// A log that is kept, of all levels.
struct KeptLog {
    private let handler: InMemoryLogHandler
    let logger: Logger

    init() {
        var handler = InMemoryLogHandler()
        handler.logLevel = .trace
        self.handler = handler
        logger = Logger(label: "test") { [handler] _ in handler }
    }

    var entries: [InMemoryLogHandler.Entry] { handler.entries }

    func entries(_ level: Logger.Level) -> [InMemoryLogHandler.Entry] {
        entries.filter { $0.level == level }
    }
}

/// The ledger of an engine that has been closed.
func expectBalanced(_ engine: Engine, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let statistics = try engine.statistics()
    #expect(statistics.queued == 0, sourceLocation: sourceLocation)
    #expect(statistics.actors == 0, sourceLocation: sourceLocation)
    #expect(
        statistics.accepted == statistics.handled + statistics.dead, sourceLocation: sourceLocation)
}

/// Lets time pass for an engine with a virtual clock, again and again until it is closed.
func pass(_ time: Duration, in engine: Engine) async {
    while (try? await engine.perform { try $0.advance(by: time) }) != nil {}
}

/// Tells threads apart.
@inline(never) @_optimize(none)
func currentThread() -> UInt { UInt(pthread_self()) }

/// Waits until all actors that were ready in a running engine have had a turn: the engine looks after such
/// calls between its turns.
func turns(_ engine: Engine) async throws {
    for _ in 0..<3 { try await engine.perform { _ in } }
}
