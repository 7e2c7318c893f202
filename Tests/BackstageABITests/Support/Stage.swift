import CBackstage
import Testing

typealias Context = OpaquePointer

let ok = backstage_status(BACKSTAGE_OK)

/// An engine on a virtual clock, made and ended by C's functions.
final class Stage {
    let engine: OpaquePointer

    init(_ adjust: (inout backstage_engine_options) -> Void = { _ in }) throws {
        var options = backstage_engine_options()
        options.size = MemoryLayout<backstage_engine_options>.size
        options.clock = backstage_clock(BACKSTAGE_CLOCK_VIRTUAL)
        options.actors_max = 1024
        adjust(&options)
        var made: OpaquePointer?
        try #require(backstage_engine_create(&options, &made) == ok)
        engine = try #require(made)
    }

    deinit { #expect(backstage_engine_destroy(engine) == ok) }

    func run(_ mode: Int = BACKSTAGE_RUN_UNTIL_IDLE) -> backstage_status {
        backstage_engine_run(engine, backstage_run_mode(mode), -1)
    }

    func advance(_ nanoseconds: UInt64) {
        #expect(backstage_engine_advance(engine, nanoseconds) == ok)
        #expect(run() == ok)
    }

    /// What the ledger says, having been checked.
    var statistics: backstage_statistics {
        var statistics = backstage_statistics()
        statistics.size = MemoryLayout<backstage_statistics>.size
        #expect(backstage_engine_statistics(engine, &statistics) == ok)
        #expect(statistics.accepted == statistics.handled + statistics.dead + statistics.queued)
        return statistics
    }

    func statistics(of actor: backstage_ref) -> backstage_actor_statistics {
        var statistics = backstage_actor_statistics()
        statistics.size = MemoryLayout<backstage_actor_statistics>.size
        #expect(backstage_engine_actor_statistics(engine, actor, &statistics) == ok)
        return statistics
    }

    func spawn(_ role: Role, id: String? = nil, kind: String? = nil) throws -> backstage_ref {
        var ref: backstage_ref = 0
        let status = role.withOptions(id: id, kind: kind) { backstage_engine_spawn(engine, $0, &ref) }
        try #require(status == ok)
        return ref
    }

    func spawn(_ role: Role, under parent: backstage_ref) throws -> backstage_ref {
        let context = try context(parent)
        var ref: backstage_ref = 0
        let status = role.withOptions { backstage_spawn_child(context, $0, &ref) }
        try #require(status == ok)
        return ref
    }

    func send(_ text: String, to actor: backstage_ref) {
        #expect(backstage_engine_send(engine, actor, text, text.utf8.count) == ok)
    }

    func context(_ actor: backstage_ref) throws -> Context {
        var context: Context?
        try #require(backstage_engine_context(engine, actor, &context) == ok)
        return try #require(context)
    }
}
