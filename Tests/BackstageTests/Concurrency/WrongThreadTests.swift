import Backstage
import Testing

@Suite struct WrongThreadTests {
    @Test func whatIsTheEnginesThreadsThrowsElsewhere() throws {
        let engine = try Engine(EngineOptions(clock: .virtual))
        let ref = try engine.spawn("a") { (message: Int, context) in }
        try engine.advance(by: .seconds(1))
        onAnotherThread {
            expect(.wrongThread) { try engine.spawn { (message: Int, context) in } }
            expect(.wrongThread) { try engine.run(.untilIdle) }
            expect(.wrongThread) { try engine.run(.noWait) }
            expect(.wrongThread) { try engine.start() }
            expect(.wrongThread) { try engine.close() }
            expect(.wrongThread) { try engine.drain() }
            expect(.wrongThread) { try engine.advance(by: .seconds(1)) }
            expect(.wrongThread) { _ = try engine.find("a") }
            expect(.wrongThread) { _ = try engine.find("a", as: Int.self) }
            expect(.wrongThread) { _ = try engine.actors() }
            expect(.wrongThread) { _ = try engine.statistics() }
            expect(.wrongThread) { _ = try engine.statistics(of: ref) }
            expect(.wrongThread) { _ = try ref.erased.typed(as: Int.self) }
            expect(.wrongThread) { try engine.watch(descriptor: 0, for: .readable) { _ in } }
            #expect(engine.now == .zero)
            #expect(engine.nextDue == nil)
            #expect(!engine.isIdle)
            #expect(ref.id == nil)
            #expect(engine.lastFailure == nil)
        }
        #expect(engine.now == .seconds(1))
        try engine.close()
    }

    @Test func whoAdoptsItMayUseIt() throws {
        let engine = try Engine(EngineOptions(clock: .virtual))
        let ref = try engine.spawn("a") { (message: Int, context) in }
        onAnotherThread {
            #expect(throws: Never.self) {
                try engine.adopt()
                try ref.send(1)
                try engine.run(.untilIdle)
            }
            #expect(ref.id == "a")
        }
        expect(.wrongThread) { try engine.run(.untilIdle) }
        try engine.adopt()
        #expect(try engine.statistics().handled == 1)
        try engine.close()
    }

    @Test func aForgottenEngineMayDieOnAnyThread() throws {
        struct Witness: Actor {
            let notes: Notes<String>
            func receive(_ message: Int, _ context: Context<Int>) {}
            func ended(_ reason: EndReason, _ context: Context<Int>) { notes.add("\(reason)") }
        }
        final class Holder: @unchecked Sendable {
            // Unchecked: used by one thread after the other.
            var engine: Engine?
        }
        let notes = Notes<String>()
        let holder = Holder()
        holder.engine = try Engine(EngineOptions(clock: .virtual))
        let ref = try holder.engine?.spawn { Witness(notes: notes) }
        try holder.engine?.run(.untilIdle)
        onAnotherThread { holder.engine = nil }
        #expect(notes.all == ["engineEnded"])
        expect(.closed) { try ref?.send(1) }
    }
}
