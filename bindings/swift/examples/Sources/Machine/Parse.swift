// Single lines of the files under /proc, see proc(5). Each is nil if the line is not of its sort.

/// Of /proc/stat, in clock ticks since the machine started.
struct CPUTimes: Equatable {
    var busy: UInt64 = 0
    var idle: UInt64 = 0

    /// user nice system idle iowait irq softirq steal; old kernels end after the fourth. What follows is
    /// in "user" already.
    init?(_ words: some Sequence<Substring>) {
        let numbers = words.prefix(8).map { UInt64($0) ?? 0 }
        guard numbers.count >= 4 else { return nil }
        for (field, number) in numbers.enumerated() {
            if field == 3 || field == 4 { idle &+= number } else { busy &+= number }
        }
    }
}

/// A "cpu" or "cpuN" line; the name is "total" or N.
func parseCPU(_ line: Substring) -> (name: String, times: CPUTimes)? {
    let words = wordsOf(line)
    guard let first = words.first, first.hasPrefix("cpu"), let times = CPUTimes(words.dropFirst()) else {
        return nil
    }
    let number = first.dropFirst(3)
    guard number.allSatisfy(\.isASCIIDigit) else { return nil }
    return (number.isEmpty ? "total" : String(number), times)
}

/// A line of /proc/meminfo.
func parseMemory(_ line: Substring) -> (name: String, bytes: UInt64)? {
    guard let colon = line.firstIndex(of: ":"), colon > line.startIndex,
        let kib = wordsOf(line[colon...].dropFirst()).first.flatMap({ UInt64($0) }), kib <= .max / 1024
    else { return nil }
    return (String(line[..<colon]), kib * 1024)
}

/// Of /proc/net/dev, in bytes since the interface exists.
struct InterfaceBytes: Equatable {
    let name: String
    let received: UInt64
    let sent: UInt64

    /// name: bytes packets errs drop fifo frame compressed multicast bytes ...
    init?(_ line: Substring) {
        guard let colon = line.lastIndex(of: ":") else { return nil }
        let name = line[..<colon].drop { $0 == " " }
        let words = wordsOf(line[colon...].dropFirst())
        guard !name.isEmpty, words.count > 8, let received = UInt64(words[0]), let sent = UInt64(words[8])
        else { return nil }
        self.name = printable(name)
        self.received = received
        self.sent = sent
    }
}

/// Of /proc/[pid]/stat.
struct ProcessState: Equatable {
    let pid: Int32
    let name: String
    let state: Character
    let ticks: UInt64  // clock ticks of CPU time, so far
    let started: UInt64  // tells it from another one of the same pid

    /// pid (name) state, then words 4 to 13, then utime stime (14, 15), six more, starttime. The name may
    /// hold blanks and parentheses: the last one ends it.
    init?(_ line: Substring) {
        guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"), open < close,
            let pid = wordsOf(line[..<open]).first.flatMap({ Int32($0) })
        else { return nil }
        let words = wordsOf(line[close...].dropFirst())
        guard words.count > 19, let state = words[0].first, let user = UInt64(words[11]),
            let system = UInt64(words[12]), let started = UInt64(words[19])
        else { return nil }
        self.pid = pid
        self.name = printable(line[open..<close].dropFirst().prefix(15))
        self.state = state
        self.ticks = user &+ system
        self.started = started
    }
}

/// The first number of /proc/loadavg.
func parseLoadAverage(_ line: Substring) -> Double? {
    guard let word = wordsOf(line).first, word.first?.isASCIIDigit == true else { return nil }
    return Double(word)
}

func wordsOf(_ line: Substring) -> [Substring] {
    line.split { $0 == " " || $0 == "\t" }
}

extension Character {
    var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
