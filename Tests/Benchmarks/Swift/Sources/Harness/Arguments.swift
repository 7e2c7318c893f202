// A program of this benchmark does one run of one workload: `PROGRAM WORKLOAD COUNT`, and prints its
// figures as JSON.

import Glibc

/// Where a second thread is to run; -1: anywhere.
nonisolated(unsafe) public private(set) var otherCPU = -1  // written before any work begins

public struct Arguments: Sendable {
    public let workload: String
    public let count: UInt64

    /// `--list` names the workloads, and ends the program.
    public init(workloads: [String]) {
        var words = CommandLine.arguments.dropFirst()
        var places: [String] = []
        while let word = words.popFirst() {
            switch word {
            case "--list":
                for name in workloads { print(name) }
                exit(0)
            case "--cpu-time": useCPUTime()
            case "--other-cpu": otherCPU = words.popFirst().flatMap { Int($0) } ?? -1
            default: places.append(word)
            }
        }
        guard places.count == 2, let number = UInt64(places[1]), number > 0 else {
            fail("usage: \(CommandLine.arguments[0]) WORKLOAD COUNT [--cpu-time] [--other-cpu N] | --list")
        }
        (workload, count) = (places[0], number)
    }
}

/// The workload's figures to standard output.
public func tell(_ figures: [Double]) { print("[" + figures.map { "\($0)" }.joined(separator: ", ") + "]") }
