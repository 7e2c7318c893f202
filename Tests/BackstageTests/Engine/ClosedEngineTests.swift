import Backstage
import Testing

@Suite struct ClosedEngineTests {
    @Test func everyCallOfAClosedEngineThrowsClosed() throws {
        let engine = try Engine(EngineOptions(clock: .virtual))
        let ref = try engine.spawn("a") { (message: Int, context) in }
        #expect(!engine.isClosed)
        try engine.close()
        #expect(engine.isClosed)
        try engine.close()
        expect(.closed) { try engine.spawn { (message: Int, context) in } }
        expect(.closed) { try engine.run() }
        expect(.closed) { try engine.start() }
        expect(.closed) { try engine.drain() }
        expect(.closed) { try engine.adopt() }
        expect(.closed) { _ = try engine.find("a") }
        expect(.closed) { _ = try engine.find("a", as: Int.self) }
        expect(.closed) { _ = try engine.actors() }
        expect(.closed) { _ = try engine.statistics(of: ref) }
        expect(.closed) { try engine.advance(by: .seconds(1)) }
        expect(.closed) { try engine.broadcast(1) }
        expect(.closed) { try engine.publish(1, on: Topic<Int>(of: "a")) }
        expect(.closed) { _ = try engine.messages(of: Topic<Int>(of: "a")) }
        expect(.closed) { try engine.watch(descriptor: 0, for: .readable) { _ in } }
        engine.stop()
        try engine.join()
        #expect(engine.now == .zero)
        #expect(engine.nextDue == nil)
        #expect(!engine.isIdle)
    }

    @Test func theLastStatisticsStay() throws {
        let engine = try Engine(EngineOptions(clock: .virtual))
        let ref = try engine.spawn { (message: Int, context) in }
        try ref.send(1)
        try engine.run(.untilIdle)
        try ref.send(2)
        try engine.close()
        let statistics = try engine.statistics()
        #expect(statistics.accepted == 2)
        #expect(statistics.handled == 1)
        #expect(statistics.dead == 1)
        #expect(statistics.spawned == 1)
    }

    @Test func whileItClosesActorsMayStillSendAndNoMore() throws {
        struct Last: Actor {
            let other: ActorRef<Int>
            let notes: Notes<String>
            func receive(_ message: Int, _ context: Context<Int>) {}
            func ended(_ reason: EndReason, _ context: Context<Int>) throws {
                let engine = context.engine
                expect(.ending) { try engine.spawn { (message: Int, context) in } }
                expect(.inCallback) { try engine.close() }
                expect(.inCallback) { try engine.run() }
                try other.send(1)
                notes.add("\(reason)")
            }
        }
        let notes = Notes<String>()
        try withRig { rig in
            let other = try rig.engine.spawn { (message: Int, context) in }
            try rig.engine.spawn { Last(other: other, notes: notes) }
            try rig.settle()
        }
        #expect(notes.all == ["engineEnded"])
    }

    @Test func aForgottenEngineEndsItsActors() throws {
        struct Witness: Actor {
            let notes: Notes<String>
            func receive(_ message: String, _ context: Context<String>) { notes.add(message) }
            func ended(_ reason: EndReason, _ context: Context<String>) { notes.add("\(reason)") }
        }
        let notes = Notes<String>()
        func forget() throws -> ActorRef<String> {
            let engine = try Engine(EngineOptions(clock: .virtual))
            let ref = try engine.spawn { Witness(notes: notes) }
            try ref.send("message")
            try engine.run(.untilIdle)
            try ref.send("never handled")
            return ref
        }
        let ref = try forget()
        #expect(notes.all == ["message", "engineEnded"])
        expect(.closed) { try ref.send("late") }
    }

    @Test func anEngineMayBeForgottenInsideAnothersCallback() throws {
        struct Witness: Actor {
            let notes: Notes<String>
            func receive(_ message: Int, _ context: Context<Int>) {}
            func ended(_ reason: EndReason, _ context: Context<Int>) { notes.add("\(reason)") }
        }
        let notes = Notes<String>()
        final class Holder { var engines: [Engine] = [] }
        let holder = Holder()
        for _ in 0..<4 {
            let inner = try Engine(EngineOptions(clock: .virtual))
            try inner.spawn { Witness(notes: notes) }
            try inner.run(.untilIdle)
            holder.engines.append(inner)
        }
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: Int, context) in
                holder.engines.removeLast()
                // This engine's callback goes on as it was.
                if message > 0 { try context.ref.send(message - 1) }
                #expect(context.id == nil)
            }
            try ref.send(3)
            try rig.settle()
            #expect(rig.letters.count == 0)
            #expect(try rig.engine.statistics().handled == 4)
        }
        #expect(notes.all == Array(repeating: "engineEnded", count: 4))
    }

    @Test func aMessageMayHoldTheLastReferenceToAnEngine() throws {
        let notes = Notes<String>()
        struct Witness: Actor {
            let notes: Notes<String>
            func receive(_ message: Int, _ context: Context<Int>) {}
            func ended(_ reason: EndReason, _ context: Context<Int>) { notes.add("inner ended") }
        }
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: Engine, context) in notes.add("handled") }
            func send() throws {
                let inner = try Engine(EngineOptions(clock: .virtual))
                try inner.spawn { Witness(notes: notes) }
                try inner.run(.untilIdle)
                try ref.send(inner)
            }
            try send()
            #expect(notes.all.isEmpty)
            try rig.settle()
            #expect(notes.all == ["handled", "inner ended"])
        }
    }

    @Test func twoThousandEnginesOneAfterAnother() throws {
        var former: [ActorRef<Int>] = []
        for round in 0..<2000 {
            let engine = try Engine(EngineOptions(clock: .virtual, actorsMax: 16))
            var got = 0
            let ref = try engine.spawn { (message: Int, context) in got = message }
            try ref.send(round)
            try engine.run(.untilIdle)
            #expect(got == round)
            if round % 100 == 0 { former.append(ref) }
            for old in former.dropLast() { expect(.closed) { try old.send(1) } }
            if round % 2 == 0 { try engine.close() }
        }
        #expect(Set(former).count == 20)
        for old in former { expect(.closed) { try old.send(1) } }
    }

    @Test(arguments: [
        EngineOptions(actorsMax: -1), EngineOptions(actorsMax: 16_777_216), EngineOptions(remoteCapacity: -1),
        EngineOptions(remoteCapacity: 1_048_577), EngineOptions(payloadBytesMax: -1),
        EngineOptions(payloadBytesMax: 2_147_483_648), EngineOptions(memoryBytesMax: -1),
    ]) func optionsOutOfRange(_ options: EngineOptions) {
        #expect(throws: BackstageError.invalidArgument) { _ = try Engine(options) }
    }
}
