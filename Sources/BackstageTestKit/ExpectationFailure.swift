/// An expectation that was not met: what was expected, what came instead, and where in the test.
///
/// All expectations of this module throw it, so that it fails a test of Swift Testing and of XCTest alike,
/// with a text such as
///
///     CounterTests/CounterTests.swift:21: expected counted(3), but counted(2) came
public struct ExpectationFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was expected: `counted(3)`.
    public let expected: String
    /// What there was instead: `counted(2) came`.
    public let got: String
    /// The file of the expectation, as `#fileID` writes it.
    public let file: String
    /// The line of the expectation.
    public let line: Int

    /// Makes a failure, for expectations of one's own.
    public init(expected: String, got: String, file: String = #fileID, line: Int = #line) {
        self.expected = expected
        self.got = got
        self.file = file
        self.line = line
    }

    /// File, line, what was expected and what came.
    public var description: String { "\(file):\(line): expected \(expected), but \(got)" }
}

/// A value as it is written in a failure.
func text(of value: Any) -> String {
    if let string = value as? String { return string.debugDescription }
    return String(describing: value)
}

/// Values in a row.
func list(_ values: [String]) -> String { values.isEmpty ? "nothing" : values.joined(separator: ", ") }
