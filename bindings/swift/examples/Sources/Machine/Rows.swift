/// The rows of the board's table: the latest of each topic, grouped by the topic's first word.
public struct Rows {
    struct Row {
        let topic: String
        var reading: Reading
        var updated: Duration
        var hasAlarm = false
    }

    private static let order = ["cpu", "memory", "network", "processes", "unavailable", "failed"]
    private(set) var groups = [[Row]](repeating: [], count: order.count + 1)  // within one, the oldest first
    private let shownFor: Duration

    /// A row that has not been updated for some time is no longer shown.
    public init(shownFor: Duration) { self.shownFor = shownFor }

    /// Changes the topic's row, or adds one; an alarm marks the row that it is about.
    public mutating func update(_ topic: String, _ reading: Reading, at time: Duration) {
        if case .alarm(_, let isRaised) = reading {
            change(String(topic.dropFirst("alarm.".count))) { $0.hasAlarm = isRaised }
        } else if !change(topic, { ($0.reading, $0.updated) = (reading, time) }) {
            groups[Self.group(of: topic)].append(Row(topic: topic, reading: reading, updated: time))
        }
    }

    public mutating func expire(at time: Duration) {
        for group in groups.indices {
            groups[group].removeAll { $0.updated + shownFor < time }
        }
    }

    @discardableResult
    private mutating func change(_ topic: String, _ change: (inout Row) -> Void) -> Bool {
        let group = Self.group(of: topic)
        guard let index = groups[group].firstIndex(where: { $0.topic == topic }) else { return false }
        change(&groups[group][index])
        return true
    }

    private static func group(of topic: String) -> Int {
        let word = topic.prefix { $0 != "." }
        return order.firstIndex { $0 == word } ?? order.count
    }
}
