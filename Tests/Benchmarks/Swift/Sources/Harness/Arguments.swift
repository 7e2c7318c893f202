// A program of this benchmark does one run of one workload, as the driver asks for it, and writes its
// figures as JSON to the descriptor that it is told.

import Glibc

/// Where a second thread is to run; -1: anywhere.
nonisolated(unsafe) public private(set) var otherCPU = -1  // written before any work begins

public struct Arguments: Sendable {
    public private(set) var side = ""
    public private(set) var workload = ""
    public private(set) var count: UInt64 = 0
    private var figures = STDOUT_FILENO

    /// `--list` names the workloads, and ends the program.
    public init(workloads: [String]) {
        var words = CommandLine.arguments.dropFirst()
        while let word = words.popFirst() {
            switch word {
            case "--list":
                for name in workloads { print(name) }
                exit(0)
            case "--cpu-time": useCPUTime()
            default: take(word, words.popFirst() ?? "")
            }
        }
        guard !side.isEmpty, !workload.isEmpty, count > 0 else { usage() }
    }

    private mutating func take(_ option: String, _ value: String) {
        switch option {
        case "--run": side = value
        case "--workload": workload = value
        case "--count": count = UInt64(value) ?? 0
        case "--other-cpu": otherCPU = Int(value) ?? -1
        case "--figures-fd": figures = Int32(value) ?? STDOUT_FILENO
        case "--cpu", "--payload", "--size": break  // the driver has pinned it; the others do not vary
        default: usage()
        }
    }

    private func usage() -> Never {
        fail(
            "usage: \(CommandLine.arguments[0]) --run SIDE --workload NAME --count N"
                + " [--other-cpu N] [--figures-fd FD] [--cpu-time] | --list")
    }

    /// The workload's figures.
    public func tell(_ values: [Double]) {
        let line = "[" + values.map { "\($0)" }.joined(separator: ", ") + "]\n"
        let written = line.withCString { write(figures, $0, strlen($0)) }
        check(written == line.utf8.count, "the figures could not be written")
    }
}
