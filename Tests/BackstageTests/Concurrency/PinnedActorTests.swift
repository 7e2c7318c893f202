import Backstage
import Glibc
import Testing

/// A native actor that lives on an engine's thread.
private actor Ledger {
    nonisolated let engine: Engine
    nonisolated var unownedExecutor: UnownedSerialExecutor { engine.asUnownedSerialExecutor() }
    var entries: [Int] = []
    var threads: Set<UInt> = []

    init(_ engine: Engine) { self.engine = engine }

    func add(_ entry: Int) {
        entries.append(entry)
        threads.insert(currentThread())
    }

    /// Calls the engine with no `await`: it is on its thread.
    func spawnAdder() throws -> ActorRef<Int> {
        try engine.spawn { [self] (message: Int, context) in
            assumeIsolated { $0.add(message) }
        }
    }

    func total() -> Int { entries.reduce(0, +) }

    func fail() throws { throw Oops("native") }

    /// Suspends in between.
    func ask(_ ref: ActorRef<ReplyTo<Int>>) async throws -> Int {
        let before = currentThread()
        let answer = try await ref.request { $0 }
        #expect(currentThread() == before)
        return answer
    }
}

@Suite struct PinnedActorTests {
    @Test func itsMethodsRunOnTheEnginesThread() async throws {
        try await withStarted { engine in
            let ledger = Ledger(engine)
            for number in 1...10 { await ledger.add(number) }
            let thread = try await engine.perform { _ in currentThread() }
            #expect(await ledger.threads == [thread])
            #expect(await ledger.total() == 55)
        }
    }

    @Test func actorsOfTheEngineMayUseItDirectly() async throws {
        try await withStarted { engine in
            let ledger = Ledger(engine)
            let adder = try await ledger.spawnAdder()
            for number in 1...100 { try adder.send(number) }
            try await engine.waitUntil { try $0.statistics().handled == 100 }
            #expect(await ledger.total() == 5050)
            #expect(await ledger.threads.count == 1)
        }
    }

    @Test func itsMethodsAndMessagesTakeTurns() async throws {
        try await withStarted { engine in
            let ledger = Ledger(engine)
            let adder = try await ledger.spawnAdder()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        if number % 2 == 0 { await ledger.add(1) } else { try adder.send(1) }
                    }
                }
                try await group.waitForAll()
            }
            try await engine.waitUntil { try $0.statistics().handled == 50 }
            #expect(await ledger.total() == 100)
            #expect(await ledger.threads.count == 1)
        }
    }

    @Test func itMayAskAnActorAndComesBackToTheThread() async throws {
        try await withStarted { engine in
            let ledger = Ledger(engine)
            let echo = try await engine.perform {
                try $0.spawn { (reply: ReplyTo<Int>, context) in try reply.send(7) }
            }
            let value = try await ledger.ask(echo)
            #expect(value == 7)
        }
    }

    @Test func whatItThrowsIsItsCallersAlone() async throws {
        try await withStarted { engine in
            let ledger = Ledger(engine)
            await #expect(throws: Oops("native")) { try await ledger.fail() }
            let value = try await engine.perform { try $0.statistics().failures }
            #expect(value == 0)
            #expect(await ledger.total() == 0)
        }
    }

    @Test func afterTheEndItsMethodsStillFinishOneAtATime() async throws {
        let engine = try Engine()
        let ledger = Ledger(engine)
        try engine.start()
        await ledger.add(1)
        try engine.close()
        await ledger.add(2)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<1000 { group.addTask { await ledger.add(1) } }
        }
        #expect(await ledger.total() == 1003)
        await #expect(throws: BackstageError.closed) { try await ledger.spawnAdder() }
    }

    @Test func whatWaitsWhenTheEngineClosesIsDone() async throws {
        for _ in 0..<50 {
            let engine = try Engine(EngineOptions(actorsMax: 16))
            let ledger = Ledger(engine)
            let tasks = (0..<10).map { _ in Task { await ledger.add(1) } }
            try engine.close()
            for task in tasks { await task.value }
            #expect(await ledger.total() == 10)
        }
    }

    @Test func onTheEnginesThreadItRunsWithTheRun() async throws {
        try await onThread {
            let engine = try Engine()
            let ledger = Ledger(engine)
            let ref = try engine.spawn { (message: Int, context) in context.engine.stop() }
            Task {
                await ledger.add(5)
                try ref.send(1)
            }
            try engine.run()
            let notes = Notes<Int>()
            let reader = try engine.spawn { (message: Int, context) in
                notes.add(ledger.assumeIsolated { $0.total() })
            }
            try reader.send(1)
            try engine.run(.untilIdle)
            #expect(notes.all == [5])
            try engine.close()
        }
    }
}
