import Backstage
import CBackstage
import CBackstageActors
import Testing

/// Actors of Swift in an engine that a program of C made, runs and ends: a plug-in's.
struct PlugInTests {
    /// What the plug-in under test is to do; the program hands it over as the argument.
    fileprivate final class Plan {
        let seen = Notes<Trade>()
        let ended = Notes<EndReason>()
        let fails: Bool
        var engine: Engine?

        init(fails: Bool = false) { self.fails = fails }
    }

    fileprivate struct Chief: Actor {
        let seen: Notes<Trade>
        let ended: Notes<EndReason>

        func receive(_ trade: Trade, _ context: Context<Trade>) throws {
            seen.add(trade)
            if trade.count == 0 { throw Oops() }
            if trade.count > 1 { try context.ref.send(Trade(trade.symbol, trade.count - 1)) }
        }

        func ended(_ reason: EndReason, _ context: Context<Trade>) { ended.add(reason) }
    }

    private func start(_ plan: Plan) throws -> UnsafeMutablePointer<cactors_program> {
        var program: UnsafeMutablePointer<cactors_program>?
        var argument = Unmanaged.passUnretained(plan).toOpaque()
        let size = MemoryLayout.size(ofValue: argument)
        let status = cactors_program_start(plugIn, &argument, size, &program)
        try #require(status == 0)
        return try #require(program)
    }

    @Test func itsActorsLiveInTheProgramsEngine() throws {
        let plan = Plan()
        let program = try start(plan)
        defer { cactors_program_free(program) }
        let chief = program.pointee.chief
        #expect(backstage_engine_send(program.pointee.engine, chief, "A|3", 3) == 0)
        #expect(cactors_program_run(program) == 0)
        #expect(plan.seen.all == [Trade("A", 3), Trade("A", 2), Trade("A", 1)])
        #expect(plan.ended.all.isEmpty)
        #expect(cactors_program_end(program) == 0)
        #expect(plan.ended.all == [.engineEnded])
        #expect(program.pointee.dead.count == 0)
        let engine = try #require(plan.engine)
        #expect(engine.isClosed)
        #expect(throws: BackstageError.closed) { try engine.run(.untilIdle) }
        let last = try engine.statistics()
        #expect(last.accepted == 3 && last.handled == 3)
    }

    @Test func theProgramMayEndItWithoutARun() throws {
        let plan = Plan()
        let program = try start(plan)
        defer { cactors_program_free(program) }
        // Nobody but the engine itself holds it now.
        plan.engine = nil
        #expect(backstage_engine_send(program.pointee.engine, program.pointee.chief, "A|3", 3) == 0)
        #expect(cactors_program_end(program) == 0)
        #expect(plan.seen.all.isEmpty && plan.ended.all.isEmpty)
        #expect(log(&program.pointee.dead).map(\.text) == ["A|3"])
    }

    @Test func aPlugInThatFailsLeavesNoEngine() throws {
        let plan = Plan(fails: true)
        var program: UnsafeMutablePointer<cactors_program>?
        var argument = Unmanaged.passUnretained(plan).toOpaque()
        let status = cactors_program_start(
            plugIn, &argument, MemoryLayout.size(ofValue: argument), &program)
        #expect(status == Int32(BACKSTAGE_USER_STATUS))
        #expect(program == nil)
        #expect(try #require(plan.engine).isClosed)
    }

    /// The program sees bytes where there are any, and none of a value that has to be destroyed.
    @Test func theProgramSeesItsDeadLetters() throws {
        let plan = Plan()
        let program = try start(plan)
        defer { cactors_program_free(program) }
        let census = Census()
        let engine = try #require(plan.engine)
        let chief = try engine.find("chief", as: Trade.self)
        // Fails: of C's bytes; then what waits, a value.
        #expect(backstage_engine_send(program.pointee.engine, chief.rawValue, "A|0", 3) == 0)
        try chief.send(Trade("B", 1))
        #expect(cactors_program_run(program) == 0)
        let (inEnvelope, inBox) = (
            try engine.spawn { (_: InEnvelope, _) in }, try engine.spawn { (_: InBox, _) in }
        )
        let plain = try engine.spawn { (_: UInt16, _) in }
        try inEnvelope.send(InEnvelope(Token(1, census)))
        try inBox.send(InBox(Token(2, census)))
        try plain.send(0x0201)
        try elsewhere {
            try inEnvelope.send(InEnvelope(Token(3, census)))
            try inBox.send(InBox(Token(4, census)))
            try plain.send(0x0403)
        }
        #expect(cactors_program_end(program) == 0)
        #expect(census.alive == 0)
        let dead = log(&program.pointee.dead)
        #expect(dead.map(\.type) == Array(repeating: BACKSTAGE_SEND, count: 8))
        #expect(dead.prefix(2).map(\.bytes) == [Array("A|0".utf8), []])
        // First from the other thread; then of the actors, the last born first.
        #expect(dead.dropFirst(2).map(\.bytes) == [[], [], [3, 4], [1, 2], [], []])
        #expect(
            (0..<8).map { cactors_log_at(&program.pointee.dead, $0)!.pointee.reason }
                == [6, 2, 9, 9, 9, 9, 9, 9])
    }

    @Test func theProgramMayAskIt() throws {
        let program = try start(Plan())
        defer { cactors_program_free(program) }
        let engine = try Engine.attached(to: program.pointee.engine)
        let server = try engine.spawn { (question: Question, _) in
            try question.reply?.send(question.text + "!")
        }
        var reply: OpaquePointer?
        let handle = program.pointee.engine
        #expect(backstage_engine_request(handle, server.rawValue, "hi", 2, -1, &reply) == 0)
        let bytes = UnsafeRawBufferPointer(
            start: backstage_payload_data(reply), count: backstage_payload_size(reply))
        #expect(String(decoding: bytes, as: UTF8.self) == "hi!")
        #expect(backstage_payload_release(reply) == 0)
        #expect(try server.requestAndWait { Question("ho", $0) } == "ho!")
        #expect(cactors_program_end(program) == 0)
    }

    @Test func itIsAttachedOnTheProgramsThreadAlone() throws {
        let program = try start(Plan())
        defer { cactors_program_free(program) }
        nonisolated(unsafe) let handle = try #require(program.pointee.engine)
        try elsewhere { expect(.wrongThread) { _ = try Engine.attached(to: handle) } }
        #expect(cactors_program_end(program) == 0)
    }

    /// The program may go on with it as Swift would.
    @Test func swiftMayRunAndCloseIt() throws {
        let plan = Plan()
        let program = try start(plan)
        defer { cactors_program_free(program) }
        let engine = try #require(plan.engine)
        try engine.find("chief", as: Trade.self).send(Trade("A", 1))
        try engine.run(.untilIdle)
        #expect(plan.seen.all == [Trade("A", 1)])
        try engine.close()
        #expect(plan.ended.all == [.engineEnded])
    }
}

/// What the plug-in exports: a `backstage_plugin_spawn_function`.
private func plugIn(
    _ handle: OpaquePointer?, _ argument: UnsafeRawPointer?, _ size: Int,
    _ actor: UnsafeMutablePointer<UInt64>?
) -> Int32 {
    guard let handle, let actor, size == MemoryLayout<UnsafeRawPointer>.size,
        let address = argument?.load(as: UnsafeRawPointer.self)
    else { return Int32(BACKSTAGE_INVALID_ARGUMENT) }
    let plan = Unmanaged<PlugInTests.Plan>.fromOpaque(address).takeUnretainedValue()
    do {
        let engine = try Engine.attached(to: handle)
        #expect(try Engine.attached(to: handle) === engine)
        plan.engine = engine
        if plan.fails { return Int32(BACKSTAGE_USER_STATUS) }
        actor.pointee = try engine.spawn("chief") { [seen = plan.seen, ended = plan.ended] in
            PlugInTests.Chief(seen: seen, ended: ended)
        }.rawValue
        return 0
    } catch {
        Issue.record(error)
        return Int32(BACKSTAGE_USER_STATUS)
    }
}
