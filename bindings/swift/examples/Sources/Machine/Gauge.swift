/// Reads some files and says what they tell. It remembers the sample before, where it is the difference
/// that tells.
public protocol Gauge {
    /// The first word of its topics, and the id of its actor.
    static var id: String { get }

    init()

    /// Throws `Unavailable` if there is nothing to read.
    mutating func read(_ sample: Sample) throws -> [Observation]
}

/// One look at the machine.
public struct Sample {
    public let source: Source
    public let tick: Int  // how many samples came before this one
    public let time: Duration

    public init(source: Source, tick: Int, time: Duration) {
        self.source = source
        self.tick = tick
        self.time = time
    }

    /// What is made of a file's lines; lines of which nothing is made are passed over.
    func parse<T>(_ name: String, _ parse: (Substring) -> T?) throws -> [T] {
        let parsed = try source.lines(of: name, at: tick).compactMap { try parse($0.get()) }
        guard !parsed.isEmpty else { throw Unavailable(error: 0) }
        return parsed
    }

    /// The same of the first line; nil if there is no such file.
    func parseFirst<T>(_ name: String, _ parse: (Substring) -> T?) throws -> T? {
        do {
            return try source.lines(of: name, at: tick).first { _ in true }.flatMap { try parse($0.get()) }
        } catch is Unavailable {
            return nil
        }
    }
}

/// What was read, and the topic it belongs to.
public struct Observation: Equatable, Sendable {
    public let topic: String
    public let reading: Reading

    public init(_ topic: String, _ reading: Reading) {
        self.topic = topic
        self.reading = reading
    }
}

extension Duration {
    public var seconds: Double { self / .seconds(1) }
}
