import Backstage
import Logging

/// Brings what an engine says to a `Logger`, and counts its dead letters by their reasons.
///
/// An ``EngineService`` that makes its engine has an observer of its own. You need one when you make the
/// engine yourself, to hand both over, or to run it without a service:
///
/// ```swift
/// let observer = EngineObserver(logger: logger)
/// let engine = try Engine(observer.observing(EngineOptions(actorsMax: 1000)))
/// // …
/// for (reason, count) in observer.deadLetters { print(reason, count) }
/// ```
///
/// The engine's levels become the logger's of the same name. What an actor threw becomes the event's error,
/// and what else is known beyond the text becomes metadata:
///
/// | key | what |
/// | --- | --- |
/// | `backstage.actor` | the id of the actor that the line is about |
/// | `backstage.reason` | why a message became a dead letter |
/// | `backstage.message` | of a dead letter: the type of its message, or how many bytes it had |
/// | `backstage.topic` | of a dead letter that was published: the topic, empty for a default topic |
/// | `backstage.receiver` | of a dead letter: the id of who should have got it, or the ref if it has none |
/// | `backstage.sender` | of a dead letter: the ref of who sent it, if an actor did |
/// | `backstage.unlogged` | how many dead letters were not logged, to keep to the limit |
///
/// Lines are logged on the engine's thread: a log handler that blocks holds the engine up.
///
/// One observer may observe several engines, whose dead letters it counts together.
public final class EngineObserver: Sendable {
    private struct State {
        var counts: [DeadLetter.Reason: Int] = [:]
        var limit: RateLimit
    }

    private let logger: Logger
    private let level: Logger.Level?
    private let now: @Sendable () -> Duration
    private let state: Lock<State>

    /// Makes an observer.
    ///
    /// - Parameters:
    ///   - logger: Where the lines go.
    ///   - deadLetters: How dead letters are logged.
    public convenience init(logger: Logger, deadLetters: DeadLetterLogging = DeadLetterLogging()) {
        let start = ContinuousClock.now
        self.init(logger: logger, deadLetters: deadLetters) { ContinuousClock.now - start }
    }

    /// Makes an observer with a clock of the caller's, by which the rate is limited.
    package init(logger: Logger, deadLetters: DeadLetterLogging, now: @escaping @Sendable () -> Duration) {
        self.logger = logger
        level = deadLetters.level
        self.now = now
        state = Lock(State(limit: RateLimit(deadLetters.limit, per: deadLetters.interval)))
    }

    /// The same options, for an engine whose log and dead letters are observed. What the options have set
    /// for these themselves is called afterwards.
    public func observing(_ options: EngineOptions) -> EngineOptions {
        var observed = options
        let (log, deadLetter) = (options.log, options.deadLetter)
        observed.log = { entry in
            self.record(entry)
            log?(entry)
        }
        observed.deadLetter = { letter in
            self.record(letter)
            deadLetter?(letter)
        }
        return observed
    }

    /// How many dead letters there were so far, by reason. Reasons that did not occur are not in it.
    public var deadLetters: [DeadLetter.Reason: Int] { state.withLock { $0.counts } }

    /// Logs how many dead letters have been left out of the log since this was last told, if any were. An
    /// ``EngineService`` does so at each report of its metrics, and at its end.
    public func flush() {
        let unlogged = state.withLock { $0.limit.takeRefused() }
        guard let level, unlogged > 0 else { return }
        logger.log(
            level: level, "Dead letters were not logged, to keep to the limit",
            metadata: ["backstage.unlogged": "\(unlogged)"])
    }

    private func record(_ entry: LogEntry) {
        var metadata: Logger.Metadata?
        if let id = actorID(in: entry.message) { metadata = ["backstage.actor": "\(id)"] }
        logger.log(
            level: entry.level.asLoggerLevel, "\(entry.message)", error: entry.error, metadata: metadata)
    }

    private func record(_ letter: DeadLetter) {
        let time = level == nil ? .zero : now()
        let (isLogged, unlogged) = state.withLock { state in
            state.counts[letter.reason, default: 0] += 1
            guard level != nil, state.limit.admit(at: time) else { return (false, Int(0)) }
            return (true, state.limit.takeRefused())
        }
        guard let level, isLogged else { return }
        logger.log(level: level, "Dead letter", metadata: metadata(of: letter, unlogged))
    }

    private func metadata(of letter: DeadLetter, _ unlogged: Int) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["backstage.reason": "\(letter.reason)"]
        if let receiver = letter.receiverID ?? letter.receiver.map({ "\($0.rawValue)" }) {
            metadata["backstage.receiver"] = "\(receiver)"
        }
        if let message = letter.message {
            metadata["backstage.message"] = "\(String(reflecting: type(of: message)))"
        } else if let bytes = letter.bytes {
            metadata["backstage.message"] = "\(bytes.count) bytes"
        }
        if let topic = letter.topic { metadata["backstage.topic"] = "\(topic)" }
        if let sender = letter.sender { metadata["backstage.sender"] = "\(sender.rawValue)" }
        if unlogged > 0 { metadata["backstage.unlogged"] = "\(unlogged)" }
        return metadata
    }
}

/// The id of the actor that a line of the engine's log is about: `actor "id" failed: …`, or `… actor "id"`.
/// Nothing but the id has quotes in such a line.
private func actorID(in line: String) -> Substring? {
    let words = line.split(separator: "actor \"", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2, let end = words[1].lastIndex(of: "\"") else { return nil }
    return words[1][..<end]
}

extension LogLevel {
    package var asLoggerLevel: Logger.Level {
        switch self {
        case .error: .error
        case .warning: .warning
        case .info: .info
        }
    }
}
