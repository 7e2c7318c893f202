import Testing

@testable import Machine

/// The gauges on a recording, the one that the examples in C are tested with.
struct GaugeTests {
    /// From here: GaugeTests.swift, MachineTests, Tests, examples, swift, bindings, and then the repository.
    private static let recording: String = {
        let repository = #filePath.split(separator: "/").dropLast(6).joined(separator: "/")
        return "/\(repository)/Tests/Examples/proc"
    }()

    /// What a gauge says at each tick, a second apart, in words.
    private func read<G: Gauge>(_ gauge: G, failAt: Int? = nil) throws -> [[String]] {
        let source = Source(Self.recording, failAt: failAt)
        var gauge = gauge
        try #require(source.ticks == 4)
        return try (0..<source.ticks).map { tick in
            let sample = Sample(source: source, tick: tick, time: .seconds(tick))
            return try gauge.read(sample).map { "\($0.topic): \($0.reading.text)" }
        }
    }

    @Test func cpus() throws {
        #expect(
            try read(CPUGauge()) == [
                [],
                ["cpu.total:  25.0 %", "cpu.0:  40.0 %", "cpu.1:  10.0 %"],
                ["cpu.total:  95.0 %", "cpu.0: 100.0 %", "cpu.1:  90.0 %"],
                ["cpu.total:  14.6 %", "cpu.0:  20.0 %", "cpu.1:   0.0 %"],
            ])
    }

    @Test func memory() throws {
        #expect(
            try read(MemoryGauge()) == [
                ["memory.used:  40.0 %  6.2 GiB of 15.6 GiB", "memory.swap:   0.0 %  0 B of 2.0 GiB"],
                ["memory.used:  70.0 %  10.9 GiB of 15.6 GiB", "memory.swap:  25.0 %  512.0 MiB of 2.0 GiB"],
                ["memory.used:  95.0 %  14.8 GiB of 15.6 GiB", "memory.swap:  75.0 %  1.5 GiB of 2.0 GiB"],
                ["memory.used:  40.0 %  6.2 GiB of 15.6 GiB"],
            ])
    }

    @Test func networks() throws {
        #expect(
            try read(NetworkGauge()) == [
                [],
                [
                    "network.lo: in      512 B/s  out      512 B/s",
                    "network.eth0: in    1.5 MiB/s  out   30.0 KiB/s",
                ],
                [
                    "network.lo: in    2.0 KiB/s  out    2.0 KiB/s",
                    "network.eth0: in        0 B/s  out        0 B/s",
                ],
                ["network.eth0_100: in    4.0 KiB/s  out    1.0 KiB/s"],
            ])
    }

    @Test func processes() throws {
        #expect(
            try read(ProcessGauge()) == [
                ["processes.count: 3: 1 running, 0 blocked, 0 zombies; load 0.50"],
                [
                    "processes.count: 3: 1 running, 0 blocked, 0 zombies; load 0.51",
                    "processes.busiest:  50.0 %  300 compile (fast)",
                ],
                [
                    "processes.count: 5: 1 running, 1 blocked, 1 zombies; load 0.52",
                    "processes.busiest:  90.0 %  301 link ) (",
                ],
                [
                    "processes.count: 3: 1 running, 0 blocked, 0 zombies; load unknown",
                    "processes.busiest:  10.0 %  301 again",
                ],
            ])
    }

    @Test func aMissingFileIsUnavailable() {
        let sample = Sample(source: Source("/proc/self/fd"), tick: 0, time: .zero)
        #expect { _ = try MemoryGauge().read(sample) } throws: { ($0 as? Unavailable)?.error == 2 }
        var processes = ProcessGauge()
        #expect { _ = try processes.read(sample) } throws: { ($0 as? Unavailable)?.error == 0 }
    }

    @Test func aLineFailsWhenAsked() throws {
        #expect(throws: FailedAsAsked.self) { try read(MemoryGauge(), failAt: 3) }
        #expect(try read(MemoryGauge(), failAt: 1_000_000).count == 4)
    }
}
