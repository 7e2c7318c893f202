import Logging

/// How dead letters are logged: at which level, and how many of them.
///
/// Every dead letter is counted, whatever is said here. A flood of them gives `limit` lines in each
/// `interval`, and one line that tells how many were left out.
///
/// ```swift
/// var configuration = EngineService.Configuration()
/// configuration.deadLetters.level = .notice
/// configuration.deadLetters.limit = 100
/// ```
public struct DeadLetterLogging: Hashable, Sendable {
    /// The level of the lines; `nil` to count dead letters without logging any.
    public var level: Logger.Level?

    /// How many dead letters are logged in one interval, at most. Zero leaves only the lines that tell
    /// how many there were.
    public var limit: Int

    /// The interval to which the limit applies. It begins with the first dead letter after the last
    /// interval's end.
    public var interval: Duration

    /// Says how to log dead letters: unless told otherwise ten a second, at the level `info`.
    public init(level: Logger.Level? = .info, limit: Int = 10, interval: Duration = .seconds(1)) {
        self.level = level
        self.limit = limit
        self.interval = interval
    }

    /// Dead letters are only counted.
    public static var off: DeadLetterLogging { DeadLetterLogging(level: nil) }
}
