/// An entry of the engine's log.
public struct LogEntry: CustomStringConvertible {
    /// How serious it is.
    public let level: LogLevel
    /// What happened, and to whom: `actor "greeter" failed: status -1000 (USER)`.
    public let message: String
    /// What the actor threw, if it is one of Swift that failed.
    public let error: (any Error)?

    /// Level, message and error in a line.
    public var description: String {
        "\(level): \(message)" + (error.map { ": \($0)" } ?? "")
    }
}

/// How serious a line of the log is.
public enum LogLevel: UInt32, Sendable, Comparable {
    /// Something failed.
    case error = 1
    /// Something may need a look.
    case warning = 2
    /// Something worth knowing.
    case info = 3

    /// By how serious they are: `.info < .error`.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue > right.rawValue }
}
