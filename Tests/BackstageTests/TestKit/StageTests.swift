import Backstage
import BackstageTestKit
import Glibc
import Testing

@Suite struct StageTests {
    @Test func settlingHandlesAllThatFollows() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: Int.self)
        let relay = try stage.spawn { (message: Int, context) in
            if message < 100 { try context.ref.send(message + 1) } else { try probe.ref.send(message) }
        }
        try relay.send(0)
        #expect(probe.received.isEmpty)
        try stage.settle()
        #expect(probe.received == [100])
        #expect(stage.engine.isIdle)
        try stage.close()
    }

    @Test func whatNeverSettlesIsGivenUp() throws {
        let stage = try Stage()
        stage.messagesMax = 5000
        let restless = try stage.spawn { (message: Int, context) in try context.ref.send(message) }
        try restless.send(1)
        let failed = failure { try stage.settle() }
        #expect(failed?.expected == "the engine to settle")
        #expect(failed?.got.hasPrefix("it is still busy after 5") == true)
        try restless.stop()
        try stage.settle()
        try stage.close()
    }

    @Test func timersThatFireAtOnceForEverAreGivenUp() throws {
        struct Restless: Backstage.Actor {
            func started(_ context: Context<Int>) throws { try context.after(.zero, send: 1) }
            func receive(_ message: Int, _ context: Context<Int>) throws {
                try context.after(.zero, send: 1)
            }
        }
        let stage = try Stage()
        stage.messagesMax = 5000
        try stage.spawn { Restless() }
        #expect(failure { try stage.settle() }?.expected == "the engine to settle")
        try stage.close()
    }

    @Test func tasksThatNeverRestAreGivenUp() throws {
        let stage = try Stage()
        stage.messagesMax = 5000
        let task = stage.start { while !Task.isCancelled { await Task.yield() } }
        #expect(failure { try stage.settle() }?.expected == "the engine to settle")
        #expect(!task.isDone)
        try stage.close()
        #expect(task.isDone)
    }

    @Test func readyDescriptorsAreSeen() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: Int32.self)
        let pipe = Pipe()
        defer { pipe.close() }
        let ref = probe.ref
        // Becomes readable in the last turn that there would be.
        let writer = try stage.spawn { (_: Int, _) in pipe.write() }
        try stage.spawn { PipeReader(descriptor: pipe.reader, probe: ref) }
        try stage.settle()
        try writer.send(1)
        try probe.expect(pipe.reader)
        try probe.expectNone()
        try stage.close()
    }

    private struct PipeReader: Backstage.Actor {
        let descriptor: Int32
        let probe: ActorRef<Int32>
        func started(_ context: Context<Int32>) throws {
            try context.watch(descriptor: descriptor, for: .readable) { $0.descriptor }
        }
        func receive(_ message: Int32, _ context: Context<Int32>) throws {
            var byte: UInt8 = 0
            #expect(read(message, &byte, 1) == 1)
            try probe.send(message)
        }
    }

    private struct Pipe {
        let reader: Int32
        let writer: Int32
        init() {
            var ends: [Int32] = [-1, -1]
            #expect(pipe(&ends) == 0)
            reader = ends[0]
            writer = ends[1]
        }
        func write() {
            var byte: UInt8 = 1
            #expect(Glibc.write(writer, &byte, 1) == 1)
        }
        func close() {
            _ = Glibc.close(reader)
            _ = Glibc.close(writer)
        }
    }

    @Test func insideACallbackItIsRefused() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: BackstageError?.self)
        try stage.spawn { (_: Int, _) in
            do throws(any Error) {
                try stage.settle()
                try probe.ref.send(nil)
            } catch {
                try probe.ref.send(error as? BackstageError)
            }
        }.send(1)
        try probe.expect(.inCallback)
        try stage.close()
    }

    @Test func aStepIsATurnForEach() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: Int.self)
        let options = ActorOptions(budget: 2)
        let relay = try stage.spawn(options: options) { (message: Int, _) in try probe.ref.send(message) }
        for number in 1...5 { try relay.send(number) }
        #expect(try stage.step())
        #expect(try stage.engine.statistics(of: relay).handled == 2)
        #expect(try stage.step())
        #expect(try stage.engine.statistics(of: relay).handled == 4)
        while try stage.step() {}
        #expect(probe.received == [1, 2, 3, 4, 5])
        try stage.close()
    }

    @Test func theSeedDecides() throws {
        func waits(_ seed: UInt64) throws -> [Duration] {
            let stage = try Stage(seed: seed)
            let probe = try stage.probe(of: Int.self)
            let ref = probe.ref
            struct Child: Backstage.Actor {
                let probe: ActorRef<Int>
                func started(_ context: Context<Int>) throws {
                    try probe.send(1)
                    throw Tally.Failed()
                }
                func receive(_ message: Int, _ context: Context<Int>) {}
            }
            let backoff = Supervision.Backoff(from: .seconds(1), jitter: 1)
            let supervision = Supervision(restarts: 5, within: .seconds(100), backoff: backoff)
            try stage.spawn(options: ActorOptions(supervision: supervision)) { (_: Int, context) in
                try context.spawnChild { Child(probe: ref) }
            }.send(1)
            #expect(throws: BackstageError.failed) { try stage.advance(by: .seconds(100)) }
            try stage.close()
            return probe.deliveries.map(\.time)
        }
        #expect(try waits(1).count == 6)
        #expect(try waits(1) == waits(1))
        #expect(try waits(1) != waits(2))
    }

    @Test func anEscalatedFailureIsThrown() throws {
        let stage = try Stage()
        let options = ActorOptions(supervision: Supervision(onFailure: .escalate))
        let top = try stage.spawn(options: options) { (message: Int, context) in
            try context.spawnChild { (_: Int, _) in throw Tally.Failed() }.send(message)
        }
        try top.send(1)
        let probe = try stage.probe(of: Int.self)
        let late = try stage.spawn { (message: Int, context) in
            if message == 0 { try probe.ref.send(1) } else { try context.ref.send(message - 1) }
        }
        try late.send(10)
        #expect(throws: BackstageError.failed) { try stage.settle() }
        // All else has been done nevertheless.
        #expect(probe.received == [1])
        try stage.expectEnd(of: top, .failed)
        try stage.close()
    }

    @Test func aDrainThatHadToKillIsThrown() throws {
        let stage = try Stage()
        try stage.spawn { Asker(deaf: try stage.engine.spawn { (_: Tally.Message, _) in }) }
        try stage.settle()
        try stage.engine.drain(timeout: .seconds(1))
        try stage.settle()
        #expect(throws: BackstageError.timeout) { try stage.advance(by: .seconds(1)) }
        try stage.close()
    }

    private struct Asker: Backstage.Actor {
        let deaf: ActorRef<Tally.Message>
        func started(_ context: Context<Int>) throws {
            try context.request(deaf, { .total($0) }, perform: { (_: Result<Int, BackstageError>, _) in })
        }
        func receive(_ message: Int, _ context: Context<Int>) {}
    }

    @Test func theUsersCallbacksAreCalledToo() throws {
        let seen = Recorder()
        let options = EngineOptions(
            clock: .monotonic, deadLetter: { seen.add("\($0.reason)") }, log: { seen.add("\($0.level)") })
        let stage = try Stage(options: options)
        let tally = try stage.spawn { Tally() }
        try tally.send(.fail)
        try stage.settle()
        #expect(Set(seen.texts) == ["failed", "error"])
        #expect(stage.deadLetters.count == 1)
        #expect(stage.log.count == 1)
        #expect(stage.now == .zero)
        try stage.close()
    }

    private final class Recorder: @unchecked Sendable {
        // Unchecked: of one thread.
        var texts: [String] = []
        func add(_ text: String) { texts.append(text) }
    }

    @Test func closingAgainDoesNothing() throws {
        let stage = try Stage()
        let tally = try stage.spawn { Tally() }
        try tally.send(.add(1))
        try stage.close()
        try stage.close()
        #expect(stage.deadLetters.map(\.reason) == [.engineEnded])
        #expect(stage.endings.map(\.reason) == [.engineEnded])
        #expect(throws: BackstageError.closed) { try stage.settle() }
        #expect(throws: BackstageError.closed) { try tally.send(.add(1)) }
    }

    @Test func aStageNeedNotBeClosed() throws {
        weak var engine: Engine?
        var task: StagedTask<Int>?
        do {
            let stage = try Stage()
            engine = stage.engine
            let deaf = try stage.spawn { (_: Tally.Message, _) in }
            task = stage.start { try await deaf.request { .total($0) } }
            try stage.settle()
        }
        #expect(engine == nil)
        #expect(throws: CancellationError.self) { try task?.value() }
    }
}
