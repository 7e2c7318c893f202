import Backstage
import BackstageTestKit
import Synchronization
import Testing

@Suite struct TaskTests {
    @Test func runsUntilTheClosureIsDone() throws {
        let stage = try Stage()
        let tally = try stage.spawn { Tally() }
        let total = try stage.run {
            try tally.send(.add(2))
            let first = try await tally.request { .total($0) }
            try tally.send(.add(first))
            return try await tally.request { .total($0) }
        }
        #expect(total == 4)
        #expect(try stage.request(tally) { .total($0) } == 4)
        #expect(stage.now == .zero)
        try stage.close()
    }

    @Test func timePassesAsFarAsNeeded() throws {
        let stage = try Stage()
        let slow = try stage.spawn { Slow(delay: .seconds(3)) }
        #expect(try stage.request(slow) { .ask($0) } == .seconds(3))
        #expect(stage.now == .seconds(3))
        #expect(throws: BackstageError.timeout) {
            try stage.request(slow, timeout: .seconds(2)) { .ask($0) }
        }
        #expect(stage.now == .seconds(5))
        try stage.close()
    }

    @Test func aTaskGoesOnWithTheStageOnly() throws {
        let stage = try Stage()
        let slow = try stage.spawn { Slow(delay: .seconds(5)) }
        let answer = stage.start { try await slow.request(timeout: .seconds(9)) { .ask($0) } }
        let late = stage.start { try await slow.request(timeout: .seconds(4)) { .ask($0) } }
        #expect(!answer.isDone)
        try stage.advance(by: .milliseconds(3999))
        #expect(!late.isDone)
        let waiting = failure { _ = try late.value() }
        #expect(waiting?.expected == "the task to be done")
        try stage.advance(by: .milliseconds(1))
        #expect(throws: BackstageError.timeout) { try late.value() }
        #expect(!answer.isDone)
        try stage.advance(by: .seconds(1))
        #expect(try answer.value() == .seconds(5))
        try stage.expectDeadLetter(.notWaiting)
        try stage.close()
    }

    @Test func whatTheClosureThrowsIsThrown() throws {
        let stage = try Stage()
        let tally = try stage.spawn { Tally() }
        #expect(throws: Tally.Failed.self) { try stage.run { throw Tally.Failed() } }
        try tally.stop()
        try stage.settle()
        #expect(throws: BackstageError.notFound) { try stage.request(tally) { .total($0) } }
        try stage.close()
    }

    @Test func whatNeverComesIsNotWaitedFor() throws {
        let stage = try Stage()
        let deaf = try stage.spawn { (_: Tally.Message, _) in }
        let failed = failure { _ = try stage.request(deaf) { .total($0) } }
        #expect(failed?.expected == "the closure to be done")
        #expect(failed?.got == "it waits, and nothing is left that could happen")
        let cancelled = Mutex(false)
        _ = failure {
            try stage.run {
                do { _ = try await deaf.request { .total($0) } } catch is CancellationError {
                    cancelled.withLock { $0 = true }
                }
            }
        }
        #expect(cancelled.withLock { $0 })
        try stage.close()
    }

    @Test func itMayNotTakeForEver() throws {
        let stage = try Stage()
        try stage.spawn { Ticker() }
        let deaf = try stage.spawn { (_: Tally.Message, _) in }
        let failed = failure {
            _ = try stage.run(within: .seconds(60)) { try await deaf.request { .total($0) } }
        }
        #expect(failed?.expected == "the closure to be done within \(Duration.seconds(60))")
        #expect(failed?.got == "it still waits")
        #expect(stage.now == .seconds(60))
        try stage.close()
    }

    private struct Ticker: Backstage.Actor {
        func started(_ context: Context<Int>) throws { try context.every(.seconds(1), send: 1) }
        func receive(_ message: Int, _ context: Context<Int>) {}
    }

    @Test func cancelledTasksEnd() throws {
        let stage = try Stage()
        let deaf = try stage.spawn { (_: Tally.Message, _) in }
        let task = stage.start { try await deaf.request { .total($0) } }
        try stage.settle()
        task.cancel()
        try stage.settle()
        #expect(throws: CancellationError.self) { try task.value() }
        try stage.close()
    }

    @Test func closingCancels() throws {
        let stage = try Stage()
        let deaf = try stage.spawn { (_: Tally.Message, _) in }
        let task = stage.start { try await deaf.request { .total($0) } }
        try stage.settle()
        try stage.close()
        #expect(throws: CancellationError.self) { try task.value() }
    }

    @Test func theOrderOfTasksIsAlwaysTheSame() throws {
        func once() throws -> [String] {
            let stage = try Stage(seed: 7)
            let probe = try stage.probe(of: String.self)
            let tally = try stage.spawn { Tally() }
            let ref = probe.ref
            for name in ["a", "b", "c"] {
                stage.start {
                    for number in 1...3 {
                        let total = try await tally.request { .total($0) }
                        try tally.send(.add(number))
                        try ref.send("\(name)\(number) \(total)")
                        await Task.yield()
                    }
                }
            }
            try stage.settle()
            try stage.close()
            return probe.received
        }
        let first = try once()
        #expect(first.count == 9)
        for _ in 1...50 { #expect(try once() == first) }
    }

    @Test func childTasksAndNativeActorsRunHere() throws {
        actor Sum {
            var sum = 0
            func add(_ number: Int) { sum += number }
        }
        let stage = try Stage()
        let tally = try stage.spawn { Tally() }
        let sum = Sum()
        let total = try stage.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...4 {
                    group.addTask {
                        try tally.send(.add(number))
                        await sum.add(try await tally.request { .total($0) })
                    }
                }
                try await group.waitForAll()
            }
            return await sum.sum
        }
        #expect(total > 10)
        #expect(try stage.request(tally) { .total($0) } == 10)
        try stage.close()
    }

    @Test func theEngineIsThereForTasks() throws {
        let stage = try Stage()
        let engine = stage.engine
        let answer = try stage.run {
            let tally = try await engine.perform { try $0.spawn { Tally() } }
            try tally.send(.add(3))
            return try await tally.request { .total($0) }
        }
        #expect(answer == 3)
        try stage.close()
    }

    @Test func topicsAsSequences() throws {
        let stage = try Stage()
        let topic = Topic<Int>(of: "publisher")
        let publisher = try stage.spawn("publisher") { (message: Int, context) in
            try context.publish(message, on: topic)
        }
        let messages = try stage.engine.messages(of: topic)
        let sum = stage.start {
            var sum = 0
            for await number in messages.prefix(3) { sum += number }
            return sum
        }
        try stage.settle()
        for number in 1...3 {
            #expect(!sum.isDone)
            try publisher.send(number)
            try stage.settle()
        }
        #expect(try sum.value() == 6)
        try stage.close()
    }

    @Test func aTestMayWaitItself() async throws {
        let stage = try Stage()
        let tally = try stage.spawn { Tally() }
        for number in 1...20 {
            await Task.detached { await Task.yield() }.value
            // Perhaps on another thread than before.
            try stage.engine.spawn { Tally() }
            try tally.send(.add(number))
            try stage.settle()
        }
        #expect(try stage.request(tally) { .total($0) } == 210)
        try stage.close()
    }
}

@Suite struct OnThreadTests {
    @Test func otherThreadsAreWaitedFor() async throws {
        let stage = try Stage()
        let tally = try stage.spawn { Tally() }
        let total = try await stage.runOnThread {
            await Task.detached { for number in 1...4 { try? tally.send(.add(number)) } }.value
            return try await tally.request { .total($0) }
        }
        #expect(total == 10)
        // The engine is the test's again.
        try tally.send(.add(1))
        #expect(try stage.request(tally) { .total($0) } == 11)
        #expect(try await stage.runOnThread { 5 } == 5)
        try stage.close()
    }

    @Test func whatTheClosureThrowsIsThrown() async throws {
        let stage = try Stage()
        await #expect(throws: Tally.Failed.self) { try await stage.runOnThread { throw Tally.Failed() } }
        try stage.settle()
        try stage.close()
    }

    @Test func anEscalatedFailureEndsIt() async throws {
        let stage = try Stage()
        let options = ActorOptions(supervision: Supervision(onFailure: .escalate))
        let top = try stage.spawn(options: options) { (message: Int, context) in
            try context.spawnChild { (_: Int, _) in throw Tally.Failed() }.send(message)
        }
        let deaf = try stage.spawn { (_: Tally.Message, _) in }
        await #expect(throws: BackstageError.failed) {
            try await stage.runOnThread {
                try top.send(1)
                return try await deaf.request { .total($0) }
            }
        }
        try stage.expectEnd(of: top, .failed)
        try stage.close()
    }

    @Test func whatStopsTheEngineDoesNotEndIt() async throws {
        let stage = try Stage()
        let tally = try stage.spawn { Tally() }
        let stopper = try stage.spawn { (_: Int, context) in context.engine.stop() }
        let total = try await stage.runOnThread {
            for number in 1...20 {
                try stopper.send(number)
                try tally.send(.add(number))
            }
            return try await tally.request { .total($0) }
        }
        #expect(total == 210)
        try stage.close()
    }

    @Test func cancellation() async throws {
        let stage = try Stage()
        let deaf = try stage.spawn { (_: Tally.Message, _) in }
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            await #expect(throws: CancellationError.self) {
                try await stage.runOnThread {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return try await deaf.request { .total($0) }
                }
            }
        }
        try stage.close()
    }
}
