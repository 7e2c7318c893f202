/// How busy the CPUs are, from /proc/stat: a share of the time since the sample before.
public struct CPUGauge: Gauge {
    public static let id = "cpu"
    private var before: [String: CPUTimes] = [:]

    public init() {}

    public mutating func read(_ sample: Sample) throws -> [Observation] {
        var observations: [Observation] = []
        for (name, times) in try sample.parse("stat", parseCPU) {
            if let before = before[name], let share = Self.share(from: before, to: times) {
                observations.append(Observation("cpu.\(name)", .share(share)))
            }
            if before[name]?.sum != times.sum {
                before[name] = times  // else the clock has not ticked yet: the time between goes on
            }
        }
        return observations
    }

    /// nil if no time has passed. Some counters go backwards now and then.
    private static func share(from before: CPUTimes, to now: CPUTimes) -> Share? {
        let busy = Double(now.busy > before.busy ? now.busy - before.busy : 0)
        let idle = Double(now.idle > before.idle ? now.idle - before.idle : 0)
        return busy + idle > 0 ? Share(fraction: busy / (busy + idle)) : nil
    }
}

extension CPUTimes {
    fileprivate var sum: UInt64 { busy &+ idle }
}
