import Backstage
import Metrics

/// The statistics of one engine as metrics. Belongs to one thread.
final class EngineMetrics {
    /// A counter that is told totals.
    private struct Total {
        let counter: Counter
        var reported: Int = 0

        /// A total may fall for a moment, when a broadcast from another thread turns out to reach nobody:
        /// then nothing is reported until it is past where it was.
        mutating func reach(_ total: Int) {
            guard total > reported else { return }
            counter.increment(by: total - reported)
            reported = total
        }
    }

    private let prefix: String
    private let dimensions: [(String, String)]
    private let factory: any MetricsFactory
    private var totals: [String: Total] = [:]
    private var dead: [DeadLetter.Reason: Total] = [:]
    private var meters: [String: Meter] = [:]

    init(_ prefix: String, _ dimensions: [(String, String)], _ factory: any MetricsFactory) {
        self.prefix = prefix
        self.dimensions = dimensions
        self.factory = factory
    }

    /// Reports statistics, and the dead letters by reason where these are known.
    func report(_ statistics: Statistics, deadLetters: [DeadLetter.Reason: Int]?) {
        reach("messages.accepted", statistics.accepted)
        reach("messages.handled", statistics.handled)
        reach("events.handled", statistics.events)
        reach("actors.spawned", statistics.spawned)
        reach("actors.failures", statistics.failures)
        reach("actors.restarts", statistics.restarts)
        reach("polls", statistics.polls)
        set("messages.queued", statistics.queued)
        set("actors.alive", statistics.actors)
        set("memory.bytes", statistics.memoryBytes)
        if let deadLetters {
            for reason in DeadLetter.Reason.allCases { reach(reason, deadLetters[reason] ?? 0) }
        } else {
            reach("messages.dead", statistics.dead)
        }
    }

    private func reach(_ label: String, _ total: Int) {
        totals[label, default: Total(counter: counter(label))].reach(total)
    }

    private func reach(_ reason: DeadLetter.Reason, _ total: Int) {
        dead[reason, default: Total(counter: counter("messages.dead", [("reason", reason.label)]))].reach(
            total)
    }

    private func counter(_ label: String, _ more: [(String, String)] = []) -> Counter {
        Counter(label: "\(prefix).\(label)", dimensions: dimensions + more, factory: factory)
    }

    private func set(_ label: String, _ value: Int) {
        let meter =
            meters[label] ?? Meter(label: "\(prefix).\(label)", dimensions: dimensions, factory: factory)
        meters[label] = meter
        meter.set(value)
    }
}

extension DeadLetter.Reason {
    /// The reason as the value of a dimension.
    var label: String {
        switch self {
        case .notFound: "not_found"
        case .ended: "ended"
        case .inboxFull: "inbox_full"
        case .droppedNewest: "dropped_newest"
        case .droppedOldest: "dropped_oldest"
        case .failed: "failed"
        case .notWaiting: "not_waiting"
        case .noMemory: "no_memory"
        case .engineEnded: "engine_ended"
        }
    }
}
