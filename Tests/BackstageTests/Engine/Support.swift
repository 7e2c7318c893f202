import Backstage
import Synchronization
import Testing

/// What a test notes while it runs, in order. Any thread.
final class Notes<Element: Sendable>: Sendable {
    private let kept = Mutex<[Element]>([])

    func add(_ element: Element) { kept.withLock { $0.append(element) } }

    var all: [Element] { kept.withLock { $0 } }
    var count: Int { kept.withLock { $0.count } }
    func clear() { kept.withLock { $0 = [] } }
}

/// A dead letter, as far as it can be kept.
struct Letter: Sendable, Equatable {
    let reason: DeadLetter.Reason
    let receiver: AnyActorRef?
    let receiverID: String?
    let sender: AnyActorRef?
    let topic: String?
    /// The message's description.
    let text: String?
    let bytes: [UInt8]?

    init(_ letter: DeadLetter) {
        reason = letter.reason
        receiver = letter.receiver
        receiverID = letter.receiverID
        sender = letter.sender
        topic = letter.topic
        text = letter.message.map { String(describing: $0) }
        bytes = letter.bytes
    }
}

/// A line of the log, as far as it can be kept.
struct Line: Sendable {
    let level: LogLevel
    let message: String
    let error: String?
}

/// What an actor throws on purpose.
struct Oops: Error, Equatable {
    var text = "oops"
    init(_ text: String = "oops") { self.text = text }
}

/// An engine with what it reported.
final class Rig {
    let engine: Engine
    let letters = Notes<Letter>()
    let lines = Notes<Line>()

    init(_ options: EngineOptions) throws {
        var options = options
        options.deadLetter = { [letters] in letters.add(Letter($0)) }
        options.log = { [lines] in
            lines.add(Line(level: $0.level, message: $0.message, error: $0.error.map { "\($0)" }))
        }
        engine = try Engine(options)
    }

    /// Runs until there is nothing to do.
    func settle() throws { try engine.run(.untilIdle) }

    func advance(_ duration: Duration) throws {
        try engine.advance(by: duration)
        try settle()
    }

    var reasons: [DeadLetter.Reason] { letters.all.map(\.reason) }
}

/// An engine for a test, on a virtual clock unless told otherwise. At the end it is closed, and its ledger
/// must hold.
func withRig(_ options: EngineOptions = EngineOptions(clock: .virtual), _ body: (Rig) throws -> Void) throws {
    let rig = try Rig(options)
    try body(rig)
    let before = try rig.engine.statistics()
    #expect(before.accepted == before.handled + before.dead + before.queued)
    try rig.engine.close()
    let after = try rig.engine.statistics()
    #expect(after.accepted == after.handled + after.dead)
    #expect(after.queued == 0)
    #expect(after.actors == 0)
    #expect(after.dead == rig.letters.count)
}

/// Expects a call to throw one error of the library's.
func expect(
    _ error: BackstageError, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    #expect(throws: error, sourceLocation: sourceLocation) { try body() }
}
