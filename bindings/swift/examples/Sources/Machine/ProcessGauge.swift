import Glibc

/// How many processes there are, and which uses the most CPU time, from /proc/[pid]/stat and
/// /proc/loadavg. Processes come and go while they are looked at: one that is gone is passed over.
public struct ProcessGauge: Gauge {
    public static let id = "processes"
    private var before: [Int32: ProcessState] = [:]
    private var beforeTime = Duration.zero
    private let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))

    public init() {}

    public mutating func read(_ sample: Sample) throws -> [Observation] {
        let processes = try sample.source.names(at: sample.tick).compactMap { name in
            try Int32(name).flatMap { _ in try sample.parseFirst("\(name)/stat", ProcessState.init) }
        }
        guard !processes.isEmpty else { throw Unavailable(error: 0) }
        let load = try sample.parseFirst("loadavg", parseLoadAverage)
        var observations = [Observation("processes.count", .count(Self.count(processes, load)))]
        let seconds = (sample.time - beforeTime).seconds
        if !before.isEmpty, seconds > 0, let busiest = busiest(of: processes, seconds: seconds) {
            observations.append(Observation("processes.busiest", .busiest(busiest)))
        }
        before = Dictionary(processes.map { ($0.pid, $0) }, uniquingKeysWith: { first, _ in first })
        beforeTime = sample.time
        return observations
    }

    private static func count(_ processes: [ProcessState], _ load: Double?) -> ProcessCount {
        func number(in state: Character) -> Int { processes.count { $0.state == state } }
        return ProcessCount(
            total: processes.count, running: number(in: "R"), blocked: number(in: "D"),
            zombies: number(in: "Z"), loadAverage: load)
    }

    private func busiest(of processes: [ProcessState], seconds: Double) -> Busiest? {
        let first = processes.max { (ticksSince($0), $1.pid) < (ticksSince($1), $0.pid) }
        guard let first, ticksSince(first) > 0 else { return nil }
        let fraction = Double(ticksSince(first)) / ticksPerSecond / seconds
        return Busiest(fraction: fraction, pid: first.pid, name: first.name)
    }

    /// The CPU time used since the sample before. One that is new, used it all since.
    private func ticksSince(_ process: ProcessState) -> UInt64 {
        guard let before = before[process.pid], before.started == process.started else {
            return process.ticks
        }
        return process.ticks > before.ticks ? process.ticks - before.ticks : 0
    }
}
