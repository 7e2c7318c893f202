import ArgumentParser
import Backstage
import Glibc
import Ledger
import Machine

@main
struct Hostwatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hostwatch",
        abstract: "Actors watch the machine they run on: CPUs, memory, network and processes.",
        discussion: "Ctrl-C ends it in good order.")

    @Option(help: "End after so many seconds; 0: on Ctrl-C, or with the recording.")
    var seconds = 0

    @Option(help: "Milliseconds between two samples.")
    var interval = 1000

    @Option(
        help: """
            Read this directory in place of /proc; with tick-0, tick-1, ... in it, play that recording, in \
            order and as fast as possible.
            """)
    var proc = "/proc"

    @Option(help: "The sampler that reads the so many-th line fails on it, to show what follows.")
    var failAt: Int?

    func validate() throws {
        guard (0...31_622_400).contains(seconds), (1...3_600_000).contains(interval), failAt ?? 1 > 0 else {
            throw ValidationError("A number is out of range.")
        }
        guard Source.isDirectory(proc) else {
            throw ValidationError("--proc takes a directory, not \(proc).")
        }
    }

    func run() throws {
        let source = Source(proc, failAt: failAt)
        let letters = DeadLetters()
        let log = Log(isKept: Terminal() != nil)
        let engine = try Engine(
            EngineOptions(
                clock: source.ticks > 0 ? .virtual : .monotonic, deadLetter: { letters.add($0) },
                log: { log.write($0) }))
        let end = End()
        let supervisor = try engine.spawn("supervisor") {
            Supervisor(source, .milliseconds(interval), log, end)
        }
        if source.ticks > 0 {
            try play(engine, supervisor, ticks: seconds > 0 ? seconds * 1000 / interval : source.ticks)
        } else {
            try watch(engine, supervisor)
        }
        let ledger = try Ledger(engine.statistics(), letters.counts)
        try engine.close()
        for line in ledger.lines { print(line) }
        let isWritten = fflush(nil) == 0
        guard end.isInOrder, ledger.isBalanced, ledger.isOver, isWritten else { throw ExitCode.failure }
    }

    /// Runs in real time, until the supervisor has drained the engine.
    private func watch(
        _ engine: Engine, _ supervisor: ActorRef<Supervisor.Message>
    ) throws(BackstageError) {
        do {
            try engine.run(timeout: seconds > 0 ? .seconds(seconds) : nil)
        } catch .timeout {
            try supervisor.send(.end)
            try engine.run()
        }
    }

    /// Plays a recording: on a clock that is moved by hand, so that nobody waits.
    private func play(_ engine: Engine, _ supervisor: ActorRef<Supervisor.Message>, ticks: Int) throws {
        for tick in 0..<ticks {
            if tick > 0 { try engine.advance(by: .milliseconds(interval)) }
            try engine.run(.untilIdle)
            if try engine.actors().isEmpty { return }  // a signal ended it
        }
        try supervisor.send(.end)
        try engine.run()
    }
}
