/// Lets so many things through in an interval, and counts the others.
package struct RateLimit {
    private let limit: Int
    private let interval: Duration
    private var end: Duration?
    private var admitted = 0
    private var refused: Int = 0

    package init(_ limit: Int, per interval: Duration) {
        self.limit = limit
        self.interval = interval
    }

    /// Whether one more may pass at this time, by a clock that does not go back.
    package mutating func admit(at now: Duration) -> Bool {
        if end.map({ now >= $0 }) ?? true {
            end = now + interval
            admitted = 0
        }
        guard admitted < limit else {
            refused += 1
            return false
        }
        admitted += 1
        return true
    }

    /// How many were refused since this was last asked.
    package mutating func takeRefused() -> Int {
        defer { refused = 0 }
        return refused
    }
}
