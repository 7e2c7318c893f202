/// How much memory and swap is in use, from /proc/meminfo.
public struct MemoryGauge: Gauge {
    public static let id = "memory"

    public init() {}

    public func read(_ sample: Sample) throws -> [Observation] {
        let bytes = Dictionary(
            try sample.parse("meminfo", parseMemory).map { ($0.name, $0.bytes) },
            uniquingKeysWith: { first, _ in first })
        guard let total = bytes["MemTotal"] else { throw Unavailable(error: 0) }
        // Kernels before 3.14 do not tell what is available.
        let available =
            bytes["MemAvailable"] ?? ["MemFree", "Buffers", "Cached"].reduce(0) { $0 &+ (bytes[$1] ?? 0) }
        return Self.share("memory.used", of: total, available: available)
            + Self.share("memory.swap", of: bytes["SwapTotal"] ?? 0, available: bytes["SwapFree"] ?? 0)
    }

    /// Nothing for a machine without swap, say.
    private static func share(_ topic: String, of total: UInt64, available: UInt64) -> [Observation] {
        guard total > 0 else { return [] }
        let used = available < total ? total - available : 0
        return [Observation(topic, .share(Share(used: used, total: total)))]
    }
}
