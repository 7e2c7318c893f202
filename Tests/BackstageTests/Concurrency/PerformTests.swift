import Backstage
import Glibc
import Testing

@Suite struct PerformTests {
    @Test func aClosureRunsOnTheEnginesThreadAndItsResultComesBack() async throws {
        try await withStarted { engine in
            let thread = Promise<UInt>()
            let ref = try await engine.perform { engine in
                try engine.spawn { (message: Int, context) in thread.give(currentThread()) }
            }
            try ref.send(1)
            let other = try await engine.perform { _ in currentThread() }
            #expect(await thread.value == other)
        }
    }

    @Test func whatItThrowsIsThrown() async throws {
        try await withStarted { engine in
            await #expect(throws: Oops("inside")) { try await engine.perform { _ in throw Oops("inside") } }
            await #expect(throws: BackstageError.notFound) {
                try await engine.perform { try $0.find("nobody") }
            }
            let value = try await engine.perform { _ in 1 }
            #expect(value == 1)
        }
    }

    @Test func onAClosedEngineItThrows() async throws {
        let engine = try Engine()
        try engine.close()
        await #expect(throws: BackstageError.closed) { try await engine.perform { _ in } }
    }

    @Test func onAnEngineThatIsClosedWithoutARunItThrows() async throws {
        for _ in 0..<50 {
            let engine = try Engine(EngineOptions(actorsMax: 16))
            let task = Task { try await engine.perform { _ in 1 } }
            try engine.close()
            await #expect(throws: BackstageError.closed) { try await task.value }
        }
    }

    @Test func onAnEngineThatIsClosedMeanwhileItEndsOneWayOrTheOther() async throws {
        for _ in 0..<50 {
            let engine = try Engine(EngineOptions(actorsMax: 16))
            try engine.start()
            let tasks = (0..<10).map { number in Task { try await engine.perform { _ in number } } }
            try engine.close()
            for (number, task) in tasks.enumerated() {
                switch await task.result {
                case .success(let value): #expect(value == number)
                case .failure(let error): #expect(error as? BackstageError == .closed)
                }
            }
        }
    }

    @Test func theyRunInTheOrderOfOneTask() async throws {
        try await withStarted { engine in
            let notes = Notes<Int>()
            for number in 0..<100 { try await engine.perform { _ in notes.add(number) } }
            #expect(notes.all == Array(0..<100))
        }
    }

    @Test func aThousandTasksAtOnce() async throws {
        try await withStarted { engine in
            let notes = Notes<Int>()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<1000 {
                    group.addTask { try await engine.perform { _ in notes.add(number) } }
                }
                try await group.waitForAll()
            }
            #expect(notes.all.sorted() == Array(0..<1000))
        }
    }

    @Test func insideACallIsNoCallbackAndNoPlaceToRun() async throws {
        try await withStarted { engine in
            try await engine.perform { engine in
                let ref = try engine.spawn("inside") { (message: Int, context) in }
                #expect(ref.id == "inside")
                try ref.send(1)
                #expect(throws: BackstageError.inCallback) { try engine.run(.untilIdle) }
                #expect(throws: BackstageError.inCallback) { try engine.close() }
                #expect(throws: BackstageError.inCallback) { try engine.join() }
            }
        }
    }
}
