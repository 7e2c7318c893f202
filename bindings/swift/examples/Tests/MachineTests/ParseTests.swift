import Testing

@testable import Machine

/// Single lines of /proc, common ones and strange ones.
struct ParseTests {
    @Test func cpuLines() throws {
        let total = try #require(parseCPU("cpu  1 2 3 40 5 6 7 8 900 900"))
        #expect(total.name == "total" && total.times.busy == 27 && total.times.idle == 45)
        let old = try #require(parseCPU("cpu12 1 2 3 4"))
        #expect(old.name == "12" && old.times.busy == 6 && old.times.idle == 4)
    }

    @Test(arguments: ["", "cpu", "cpu0", "cpu0 1 2 3", "cpux 1 2 3 4", "cpu-1 1 2 3 4", "intr 1 2 3 4"])
    func linesOfNoCPU(line: String) {
        #expect(parseCPU(line[...]) == nil)
    }

    @Test func memoryLines() throws {
        let free = try #require(parseMemory("MemFree:            3 kB"))
        #expect(free.name == "MemFree" && free.bytes == 3072)
        #expect(parseMemory("MemFree:\t4")?.bytes == 4096)
        for line in ["", ": 3 kB", "MemFree   3 kB", "MemFree:  - kB", "MemFree: 18446744073709551615 kB"] {
            #expect(parseMemory(line[...]) == nil)
        }
    }

    @Test func interfaceLines() throws {
        let eth0 = try #require(InterfaceBytes("  eth0: 10 1 2 3 4 5 6 7 20 1 2 3 4 5 6 7"))
        #expect(eth0.name == "eth0" && eth0.received == 10 && eth0.sent == 20)
        let alias = try #require(InterfaceBytes("a:1:4294967295 1 2 3 4 5 6 7 20"))
        #expect(alias.name == "a:1" && alias.received == 4_294_967_295)
        #expect(InterfaceBytes("\u{1B}\u{FFFD}: 1 1 2 3 4 5 6 7 2")?.name == "??")
        for line in ["", ":", "eth0", "eth0: 1 2 3", ": 1 1 2 3 4 5 6 7 2", "eth0: x 1 2 3 4 5 6 7 2"] {
            #expect(InterfaceBytes(line[...]) == nil)
        }
    }

    private static let rest = "S 0 0 0 0 0 0 0 0 0 0 30 12 0 0 0 0 0 0 99 0"

    @Test func processLines() throws {
        let process = try #require(ProcessState("7 (a b) (c)) \(Self.rest)"))
        #expect(process.pid == 7 && process.name == "a b) (c)" && process.state == "S")
        #expect(process.ticks == 42 && process.started == 99)
        #expect(ProcessState("7 (a-name-of-more-than-15) \(Self.rest)")?.name == "a-name-of-more-")
        #expect(ProcessState("7 (\u{1B}[2J) \(Self.rest)")?.name == "?[2J")
        for line in ["", "7", "7 (a) S 0 0", "7 )a( \(Self.rest)", "x (a) \(Self.rest)"] {
            #expect(ProcessState(line[...]) == nil)
        }
    }

    @Test func loadAverages() {
        #expect(parseLoadAverage("0.51 0.40 0.30 1/200 4000") == 0.51)
        #expect(parseLoadAverage("") == nil && parseLoadAverage("-1 2") == nil)
        #expect(parseLoadAverage("nan 2") == nil)
    }
}
