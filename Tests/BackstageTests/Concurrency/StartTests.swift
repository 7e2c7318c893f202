import Backstage
import Glibc
import Testing

@Suite struct StartTests {
    @Test func aStartedEngineRunsOnAThreadOfItsOwnUntilItIsStopped() throws {
        let threads = Notes<UInt>()
        let engine = try Engine()
        let ref = try engine.spawn { (message: Int, context) in
            threads.add(currentThread())
            if message == 3 { context.engine.stop() }
        }
        try engine.start()
        for number in 1...3 { try ref.send(number) }
        try engine.join()
        #expect(threads.count == 3)
        #expect(Set(threads.all).count == 1)
        #expect(threads.all[0] != currentThread())
        try engine.close()
    }

    @Test func whileItRunsTheEngineIsItsThreads() throws {
        let engine = try Engine()
        let ref = try engine.spawn("a") { (message: Int, context) in }
        try engine.start()
        expect(.wrongThread) { try engine.spawn { (message: Int, context) in } }
        expect(.wrongThread) { _ = try engine.find("a") }
        expect(.wrongThread) { try engine.run() }
        expect(.wrongThread) { try engine.start() }
        expect(.wrongThread) { _ = try engine.statistics() }
        expect(.inCallback) { try engine.adopt() }
        #expect(ref.id == nil)
        try engine.close()
        #expect(engine.isClosed)
    }

    @Test func itCanBeStartedAgain() throws {
        let engine = try Engine()
        let notes = Notes<Int>()
        let ref = try engine.spawn { (message: Int, context) in
            notes.add(message)
            context.engine.stop()
        }
        for round in 1...5 {
            try ref.send(round)
            try engine.start()
            try engine.join()
        }
        #expect(notes.all == [1, 2, 3, 4, 5])
        try engine.close()
    }

    @Test func afterwardsAnotherThreadMayAdoptIt() throws {
        let engine = try Engine(EngineOptions(clock: .virtual))
        var got = 0
        let ref = try engine.spawn { (message: Int, context) in
            got += message
            context.engine.stop()
        }
        try ref.send(1)
        try engine.start()
        try engine.join()
        try engine.adopt()
        try ref.send(2)
        try engine.run(.untilIdle)
        #expect(got == 3)
        #expect(try engine.statistics().handled == 2)
        try engine.close()
    }

    @Test func whoNeverStartedItHasNothingToWaitFor() async throws {
        let engine = try Engine()
        try engine.join()
        try await engine.finished()
    }

    @Test func whatEndsTheRunIsThrownToWhoWaits() async throws {
        struct Top: Actor {
            func started(_ context: Context<Int>) throws {
                try context.spawnChild("child") { (message: Int, context) in
                    throw BackstageError.status(-7777)
                }
            }
            func receive(_ message: Int, _ context: Context<Int>) {}
        }
        let engine = try Engine()
        try engine.spawn(options: ActorOptions(supervision: Supervision(onFailure: .escalate))) { Top() }
        try engine.run(.untilIdle)
        try engine.start()
        let child = try await engine.perform { try $0.find("child", as: Int.self) }
        try child.send(1)
        await #expect(throws: BackstageError.status(-7777)) { try await engine.finished() }
        await #expect(throws: BackstageError.status(-7777)) { try await engine.finished() }
        try engine.close()
    }

    @Test func aTaskCancelledWhileItWaitsStopsTheEngine() async throws {
        let engine = try Engine()
        try engine.start()
        let task = Task { try await engine.finished() }
        task.cancel()
        try await task.value
        try engine.close()
    }

    @Test func aDrainEndsTheRun() async throws {
        let engine = try Engine()
        let notes = Notes<Int>()
        let ref = try engine.spawn { (message: Int, context) in notes.add(message) }
        try engine.start()
        for number in 0..<100 { try ref.send(number) }
        // In order with what has been sent from here is only what is sent from here.
        try await engine.waitUntil { try $0.statistics().handled == 100 }
        try await engine.perform { try $0.drain() }
        try await engine.finished()
        #expect(notes.count == 100)
        try engine.close()
    }

    @Test func manyTimesStartedAndClosedAtOnce() throws {
        for _ in 0..<200 {
            let engine = try Engine(EngineOptions(actorsMax: 16))
            let ref = try engine.spawn { (message: Int, context) in }
            try engine.start()
            try? ref.send(1)
            try engine.close()
            expect(.closed) { try ref.send(2) }
        }
    }

    @Test func theThreadHoldsTheEngineUntilItsRunIsOver() throws {
        let notes = Notes<String>()
        struct Witness: Actor {
            let notes: Notes<String>
            let over: ActorRef<Int>
            func receive(_ message: Int, _ context: Context<Int>) { context.engine.stop() }
            func ended(_ reason: EndReason, _ context: Context<Int>) throws {
                notes.add("\(reason)")
                try over.send(1)
            }
        }
        // This thread's engine, to be told of the end of the other.
        try withRig { rig in
            var isOver = false
            let over = try rig.engine.spawn { (message: Int, context) in isOver = true }
            func forget() throws -> ActorRef<Int> {
                let engine = try Engine()
                let ref = try engine.spawn { Witness(notes: notes, over: over) }
                try engine.start()
                return ref
            }
            try forget().send(1)
            while !isOver { try rig.engine.run(.once) }
            #expect(notes.all == ["engineEnded"])
        }
    }
}
