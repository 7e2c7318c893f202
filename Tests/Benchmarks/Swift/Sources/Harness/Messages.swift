// What is sent, and what its receivers make of it: the same on all sides.

/// 16 bytes, trivial: goes between two players until it has bounced often enough.
@frozen public struct Ball: Sendable {
    public var bounces: UInt64
    public var limit: UInt64

    @inlinable public init(bounces: UInt64, limit: UInt64) {
        self.bounces = bounces
        self.limit = limit
    }
}

/// What a player does with a ball.
@frozen public struct Score: Sendable {
    public var balls: UInt64 = 0
    public var sum: UInt64 = 0

    @inlinable public init() {}

    /// Whether the ball goes back.
    @inlinable public mutating func play(_ ball: inout Ball) -> Bool {
        balls += 1
        sum &+= ball.bounces
        ball.bounces += 1
        return ball.bounces < ball.limit
    }
}

/// Of two players that have played matches of so many bounces.
public func checkMatch(_ one: Score, _ other: Score, limits: [UInt64]) {
    check(one.balls + other.balls == limits.reduce(0, +), "balls: \(one.balls) and \(other.balls)")
    let sum = limits.reduce(0) { $0 &+ $1 * ($1 - 1) / 2 }
    check(one.sum &+ other.sum == sum, "sum of bounces: \(one.sum) and \(other.sum), not \(sum)")
}

/// What a producer sends before it waits for word from its consumer: as much as an inbox takes.
public let burst: UInt64 = 1024

/// As many messages, or up to a burst more.
public func wholeBursts(_ count: UInt64) -> UInt64 { (count + burst - 1) / burst * burst }

/// 16 bytes, trivial: a number at both ends.
@frozen public struct Reading: Sendable {
    public var first: UInt64
    public var last: UInt64

    @inlinable public init(_ number: UInt64) {
        first = number
        last = number
    }
}

/// 128 bytes, trivial: too large for a slot.
@frozen public struct Sheet: Sendable {
    public typealias Row = (UInt64, UInt64, UInt64, UInt64)

    public var first: UInt64
    public var rest: (UInt64, UInt64, UInt64) = (0, 0, 0)
    public var rows: (Row, Row) = ((0, 0, 0, 0), (0, 0, 0, 0))
    public var more: (UInt64, UInt64, UInt64) = (0, 0, 0)
    public var last: UInt64

    @inlinable public init(_ number: UInt64) {
        first = number
        last = number
    }
}

/// A number and words that do not fit into a `String` itself.
@frozen public struct Line: Sendable {
    public var number: UInt64
    public var text: String

    @inlinable public init(_ number: UInt64, _ text: String) {
        self.number = number
        self.text = text
    }

    /// To send by turns, made before the clock runs.
    public static let texts = (10..<74).map { "what sensor \($0) has to say about it" }

    public static let bytesOfText = UInt64(texts[0].utf8.count)
}

/// What receivers that only count do.
@frozen public struct Tally: Sendable {
    public var count: UInt64 = 0
    public var sum: UInt64 = 0

    @inlinable public init() {}

    @inlinable public mutating func add(_ number: UInt64) {
        count += 1
        sum &+= number
    }

    @inlinable public mutating func add(first: UInt64, last: UInt64) { add(first &+ last) }

    /// Of receivers that saw each of the numbers below each of the limits, at both ends.
    public func checkPairs(below limits: [UInt64]) {
        check(count == limits.reduce(0, +), "messages: \(count)")
        let right = limits.reduce(0) { $0 &+ $1 &* ($1 &- 1) }
        check(sum == right, "sum of numbers: \(sum), not \(right)")
    }
}

/// 16 bytes, trivial: the answer is its number, salted.
@frozen public struct Question: Sendable {
    public var number: UInt64
    public var salt: UInt64

    public static let salt: UInt64 = 0x5bd1_e995

    @inlinable public init(number: UInt64, salt: UInt64) {
        self.number = number
        self.salt = salt
    }

    @inlinable public func answered() -> Question { Question(number: number ^ salt, salt: salt) }
}

/// What an asker has learnt.
@frozen public struct Asked: Sendable {
    public var count: UInt64 = 0
    public var sum: UInt64 = 0
    public var limit: UInt64 = 0

    @inlinable public init() {}

    /// The next question of this round.
    @inlinable public mutating func next() -> Question {
        defer { count += 1 }
        return Question(number: count, salt: 0x5bd1_e995)
    }

    @inlinable public mutating func learn(_ answer: Question) { sum &+= answer.number ^ 0x5bd1_e995 }

    @inlinable public var wantsMore: Bool { count < limit }

    public func checkAll() {
        check(count == limit && sum == limit &* (limit &- 1) / 2, "answers: \(count), \(sum)")
    }
}
