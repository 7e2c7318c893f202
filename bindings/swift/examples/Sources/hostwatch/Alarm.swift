import Backstage
import Machine

/// Compares shares with limits, and publishes when one is reached, or left again.
struct Alarm: Actor {
    struct Limit: Sendable, Hashable {
        let publisher: String
        let topic: String
        let fraction: Double
    }

    enum Message: Sendable {
        case reading(Limit, Reading)
    }

    static let id = "alarm"
    static let options = ActorOptions(restart: .temporary)
    private static let limits = [
        Limit(publisher: CPUGauge.id, topic: "cpu.total", fraction: 0.90),
        Limit(publisher: MemoryGauge.id, topic: "memory.used", fraction: 0.90),
        Limit(publisher: MemoryGauge.id, topic: "memory.swap", fraction: 0.50),
    ]

    /// How far below its limit a share must fall to end the alarm: it should not flutter.
    private static let hysteresis = 0.05

    private var raised: Set<Limit> = []

    func started(_ context: Context<Message>) throws {
        for limit in Self.limits {
            try context.subscribe(to: Topic<Reading>(limit.topic, of: limit.publisher)) {
                .reading(limit, $0)
            }
        }
    }

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        guard case .reading(let limit, .share(let share)) = message else { return }
        let isRaised = raised.contains(limit)
        let threshold = isRaised ? limit.fraction - Self.hysteresis : limit.fraction
        if (share.fraction >= threshold) == isRaised { return }
        raised.formSymmetricDifference([limit])
        try context.publish(
            Reading.alarm(limit: limit.fraction, isRaised: !isRaised),
            on: Topic("alarm.\(limit.topic)", of: Self.id))
    }
}
