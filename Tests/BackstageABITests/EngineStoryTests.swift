import CBackstage
import Glibc
import Testing

struct EngineStoryTests {
    @Test func runsStopsAndTellsTheTime() throws {
        let stage = try Stage()
        let role = Role()
        let actor = try stage.spawn(role)
        role.onReceive = { context, _ in
            backstage_engine_stop(backstage_context_engine(context))
        }
        for text in ["one", "two"] { #expect(backstage_engine_send(stage.engine, actor, text, 3) == ok) }
        #expect(stage.run(BACKSTAGE_RUN_UNTIL_STOPPED) == ok)
        #expect(role.texts == ["one"])
        #expect(stage.statistics.queued == 1)
        role.onReceive = { _, _ in ok }
        #expect(stage.run(BACKSTAGE_RUN_ONCE) == ok)
        #expect(role.texts == ["one", "two"])
        #expect(stage.run(BACKSTAGE_RUN_NO_WAIT) == ok)
        // Nothing to do, and time stands still.
        #expect(backstage_engine_run(stage.engine, 0, 1_000_000) == backstage_status(BACKSTAGE_TIMEOUT))
        stage.advance(1_500)
        var now: UInt64 = 0
        #expect(backstage_engine_now(stage.engine, &now) == ok)
        #expect(now == 1_500)
        let statistics = stage.statistics
        #expect(statistics.accepted == 2 && statistics.handled == 2 && statistics.spawned == 1)
        #expect(statistics.memory_bytes > 0)
    }

    @Test func aRealClockCannotBeAdvanced() throws {
        let stage = try Stage { $0.clock = backstage_clock(BACKSTAGE_CLOCK_MONOTONIC) }
        #expect(backstage_engine_advance(stage.engine, 1) == backstage_status(BACKSTAGE_NOT_VIRTUAL))
        var times: [UInt64] = [0, 0]
        for place in 0..<2 { #expect(backstage_engine_now(stage.engine, &times[place]) == ok) }
        #expect(times[0] > 0 && times[0] <= times[1])
    }

    /// Made here, used on another thread, and ended here again.
    @Test func movesToAnotherThread() throws {
        let stage = try Stage()
        let role = Role()
        let actor = try stage.spawn(role)
        final class Found: @unchecked Sendable {
            let engine: OpaquePointer
            let actor: backstage_ref
            var statuses: [backstage_status] = []
            init(_ engine: OpaquePointer, _ actor: backstage_ref) {
                self.engine = engine
                self.actor = actor
            }
        }
        let found = Found(stage.engine, actor)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { state in
                let found = Unmanaged<Found>.fromOpaque(state!).takeUnretainedValue()
                found.statuses = [
                    backstage_engine_send(found.engine, found.actor, "hello", 5),
                    backstage_engine_run(found.engine, 1, -1), backstage_engine_adopt(found.engine),
                    backstage_engine_run(found.engine, 1, -1),
                ]
                return nil
            }, Unmanaged.passUnretained(found).toOpaque())
        try #require(status == 0)
        #expect(pthread_join(thread, nil) == 0)
        #expect(found.statuses == [ok, backstage_status(BACKSTAGE_WRONG_THREAD), ok, ok])
        #expect(role.texts == ["hello"])
        #expect(backstage_engine_adopt(stage.engine) == ok)
    }

    @Test func watchesADescriptorOutsideAnyActor() throws {
        let stage = try Stage()
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        var watcher: UInt64 = 0
        var count = 0
        let status = withUnsafeMutablePointer(to: &count) { count in
            let status = backstage_engine_watch_fd(
                stage.engine, ends[0], UInt32(BACKSTAGE_READABLE),
                { _, fd, events, count in
                    #expect(events == UInt32(BACKSTAGE_READABLE))
                    var byte: UInt8 = 0
                    #expect(read(fd, &byte, 1) == 1)
                    count!.assumingMemoryBound(to: Int.self).pointee += 1
                }, count, &watcher)
            #expect(write(ends[1], "ab", 2) == 2)
            for _ in 0..<2 { #expect(stage.run(BACKSTAGE_RUN_NO_WAIT) == ok) }
            return status
        }
        #expect(status == ok)
        #expect(count == 2)
        #expect(backstage_engine_unwatch_fd(stage.engine, watcher) == ok)
        let again = backstage_engine_unwatch_fd(stage.engine, watcher)
        #expect(again == backstage_status(BACKSTAGE_NOT_FOUND))
    }
}
