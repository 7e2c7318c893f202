/// What is known of a machine at one time.
///
///     publisher    topics                                   reading
///     cpu          cpu.total, cpu.0, cpu.1, ...             share
///     memory       memory.used, memory.swap                 share
///     network      network.eth0, ... (one an interface)     traffic
///     processes    processes.count                          count
///                  processes.busiest                        busiest
///     any of them  unavailable.cpu, ... (by its id)         unavailable
///                  failed.cpu, ...                          failed
///     alarm        alarm.cpu.total, ... (what it is about)  alarm
public enum Reading: Equatable, Sendable {
    case share(Share)
    case traffic(Traffic)
    case count(ProcessCount)
    case busiest(Busiest)
    case unavailable(Int32)  // errno, or 0 if there was a file but nothing of use in it
    case alarm(limit: Double, isRaised: Bool)
    case failed(String)  // what the sampler failed with
}

/// A part of a whole.
public struct Share: Equatable, Sendable {
    public let fraction: Double  // 0 to 1
    public let bytes: Bytes?  // if that is what it is measured in

    public struct Bytes: Equatable, Sendable {
        public let used: UInt64
        public let total: UInt64
    }

    public init(fraction: Double, bytes: Bytes? = nil) {
        self.fraction = fraction
        self.bytes = bytes
    }

    init(used: UInt64, total: UInt64) {
        self.init(fraction: Double(used) / Double(total), bytes: Bytes(used: used, total: total))
    }
}

/// Bytes a second.
public struct Traffic: Equatable, Sendable {
    public let received: Double
    public let sent: Double
}

/// How many processes there are, and of these in some states.
public struct ProcessCount: Equatable, Sendable {
    public let total: Int
    public let running: Int
    public let blocked: Int
    public let zombies: Int
    public let loadAverage: Double?  // of the last minute
}

/// The process that used most CPU time.
public struct Busiest: Equatable, Sendable {
    public let fraction: Double  // of one CPU: more than 1 if several are busy with it
    public let pid: Int32
    public let name: String
}
