/// What the network interfaces carry, from /proc/net/dev: bytes a second since the sample before.
public struct NetworkGauge: Gauge {
    public static let id = "network"
    private var before: [String: InterfaceBytes] = [:]
    private var beforeTime = Duration.zero

    public init() {}

    public mutating func read(_ sample: Sample) throws -> [Observation] {
        let interfaces = try sample.parse("net/dev", InterfaceBytes.init)
        let seconds = (sample.time - beforeTime).seconds
        let observations = interfaces.compactMap { now in
            before[now.name].flatMap { Self.traffic(from: $0, to: now, seconds: seconds) }.map {
                Observation("network.\(Self.token(now.name))", .traffic($0))
            }
        }
        // An interface that is gone is forgotten: another one may get its name.
        before = Dictionary(interfaces.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        beforeTime = sample.time
        return observations
    }

    /// Nothing when a counter went backwards: it has wrapped or been reset.
    private static func traffic(
        from before: InterfaceBytes, to now: InterfaceBytes, seconds: Double
    ) -> Traffic? {
        guard seconds > 0, now.received >= before.received, now.sent >= before.sent else { return nil }
        return Traffic(
            received: Double(now.received - before.received) / seconds,
            sent: Double(now.sent - before.sent) / seconds)
    }

    /// The name without what means something in a topic.
    private static func token(_ name: String) -> String {
        String(name.map { ".*>".contains($0) ? "_" : $0 })
    }
}
