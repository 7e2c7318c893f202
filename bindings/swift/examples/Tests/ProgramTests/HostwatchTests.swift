import Glibc
import Testing

extension ProgramTests {
    @Suite struct HostwatchTests {
        @Test(arguments: [
            ("recording", ["--proc", Files.recording("proc")]),
            ("recording-again", ["--proc", Files.recording("proc"), "--seconds", "6"]),
            ("missing", ["--proc", Files.recording("proc_missing"), "--interval", "500"]),
        ])
        func recordings(name: String, arguments: [String]) throws {
            let program = try RunningProgram("hostwatch", arguments).finish()
            #expect(program.errors == "")
            #expect(try program.output == Files.expected("hostwatch-\(name)"))
            #expect(program.status == 0)
        }

        /// A line of each sampler: cpu, memory, network and processes.
        @Test(arguments: [1, 40, 48, 51]) func aSamplerThatFailsStartsAgain(line: Int) throws {
            let recording = Files.recording("proc")
            let program = try Program.run(
                "hostwatch", "--proc", recording, "--fail-at", "\(line)", "--seconds", "6")
            #expect(try program.output == Files.expected("hostwatch-fail-at-\(line)"))
            #expect(program.errors.contains("failed at line \(line), as asked"))
            #expect(program.errors.split(separator: "\n").count == 1)
            #expect(program.status == 0)
        }

        @Test func thisMachine() throws {
            let program = try Program.run("hostwatch", "--seconds", "1", "--interval", "100")
            #expect(program.errors == "")
            #expect(program.status == 0)
            let size = "[0-9.]+ ([KMGTP]i)?B"
            let share = " *[0-9]+\\.[0-9] %"
            let shapes = [
                "cpu\\.(total|[0-9]+) +\(share)",
                "memory\\.(used|swap) +\(share)  \(size) of \(size)",
                "network\\.[^ ]+ +in +\(size)/s  out +\(size)/s",
                "processes\\.count +[0-9]+: [0-9]+ running, [0-9]+ blocked, [0-9]+ zombies; load [0-9.]+",
                "processes\\.busiest +\(share)  [0-9]+ .+",
                "unavailable\\.[a-z]+ +.+",
                "alarm\\.[a-z.]+ +(ALARM: at or above|over: well below) [0-9]+ %( again)?",
            ]
            let shape = try Regex(" *[0-9]+\\.[0-9]{3}  (\(shapes.joined(separator: "|")))")
            let readings = program.lines.dropLast(4)
            #expect(readings.filter { $0.wholeMatch(of: shape) == nil } == [])
            for topic in ["memory.used", "processes.count"] {
                #expect(readings.contains { $0.contains(topic) })
            }
            #expect(Self.isBalanced(program))
        }

        @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func signalsEndItInGoodOrder(signal: Int32) throws {
            let running = try RunningProgram("hostwatch", ["--interval", "50"])
            #expect(!running.firstOutput().isEmpty)
            running.send(signal)
            let program = running.finish()
            #expect(program.errors == "")
            #expect(program.status == 0)
            #expect(Self.isBalanced(program))
        }

        private static func isBalanced(_ program: Program) -> Bool {
            let ledger = /ledger: accepted ([1-9][0-9]*) = handled \1 \+ dead 0 \+ queued 0: balanced/
            let end = program.lines.suffix(4)
            return end.first?.wholeMatch(of: ledger) != nil
                && end.dropFirst() == ["dead letters: none", "actors: 7 spawned, 0 failed, 0 left", ""]
        }

        @Test(arguments: [
            ["--seconds", "-1"], ["--interval", "0"], ["--interval", "1.5"], ["--fail-at", "0"],
            ["--proc", "/proc/self/stat"], ["--colour"], ["more"],
        ])
        func badOptions(arguments: [String]) throws {
            let program = try RunningProgram("hostwatch", arguments).finish()
            #expect(program.status == 64)
            #expect(program.output == "")
            #expect(program.errors.contains("Usage: hostwatch"))
        }
    }
}
