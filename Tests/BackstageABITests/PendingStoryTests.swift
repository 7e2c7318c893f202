import CBackstage
import Testing

private let pending = backstage_status(BACKSTAGE_PENDING)
private let notWaiting = backstage_status(BACKSTAGE_NOT_WAITING)

struct PendingStoryTests {
    /// One that takes long over each message, while another goes on.
    @Test func aMessageIsFinishedLater() throws {
        let stage = try Stage()
        let (slow, quick) = (Role(), Role())
        slow.onReceive = { _, _ in pending }
        let (slowRef, quickRef) = (try stage.spawn(slow), try stage.spawn(quick))
        let context = try stage.context(slowRef)
        for text in ["a", "b"] {
            stage.send(text, to: slowRef)
            stage.send(text, to: quickRef)
        }
        #expect(backstage_finish(context, ok) == notWaiting)
        #expect(stage.run() == ok)
        #expect(slow.texts == ["a"] && quick.texts == ["a", "b"])
        #expect(stage.statistics.queued == 2)
        #expect(backstage_finish(context, pending) == backstage_status(BACKSTAGE_INVALID_ARGUMENT))
        #expect(backstage_finish(context, ok) == ok)
        #expect(stage.run() == ok)
        #expect(slow.texts == ["a", "b"] && stage.statistics.handled == 3)
        #expect(backstage_finish(context, -1000) == ok)
        #expect(stage.run() == ok)
        #expect(slow.reasons == [BACKSTAGE_REASON_FAILED] && stage.statistics.dead == 1)
        #expect(backstage_finish(context, ok) == backstage_status(BACKSTAGE_NOT_FOUND))
        #expect(backstage_finish(nil, ok) == backstage_status(BACKSTAGE_INVALID_ARGUMENT))
    }

    /// One that lets others go first.
    @Test func aTurnIsGivenUp() throws {
        let stage = try Stage()
        let (polite, other) = (Role(), Role())
        var order: [String] = []
        polite.onReceive = {
            order.append("polite " + $1.text)
            return backstage_status(BACKSTAGE_YIELD)
        }
        other.onReceive = {
            order.append("other " + $1.text)
            return ok
        }
        let refs = [try stage.spawn(polite), try stage.spawn(other)]
        #expect(stage.run() == ok)
        for ref in refs { for text in ["1", "2"] { stage.send(text, to: ref) } }
        #expect(stage.run() == ok)
        #expect(order == ["polite 1", "other 1", "other 2", "polite 2"])
    }

    @Test func aRequestIsGivenUp() throws {
        let stage = try Stage()
        let (asker, asked) = (Role(), Role())
        let (askerRef, askedRef) = (try stage.spawn(asker), try stage.spawn(asked))
        let context = try stage.context(askerRef)
        asked.onReceive = { backstage_reply($0, $1, "answer", 6) }
        var token: UInt64 = 0
        #expect(backstage_request(context, askedRef, "q", 1, 100, &token) == ok)
        #expect(backstage_request_cancel(context, token) == ok)
        #expect(backstage_request_cancel(context, token) == notWaiting)
        #expect(backstage_request_cancel(nil, token) == backstage_status(BACKSTAGE_INVALID_ARGUMENT))
        asked.onReceive = {
            #expect(backstage_reply($0, $1, "answer", 6) == notWaiting)
            return ok
        }
        stage.advance(1_000)
        #expect(asked.texts == ["q"] && asker.seen == [])
        #expect(stage.statistics.dead == 1)
    }
}

struct ManyStoryTests {
    @Test func manyAreSentAtOnceAsFarAsThereIsRoom() throws {
        let stage = try Stage()
        let role = Role()
        var options = backstage_actor_options()
        _ = role.withOptions {
            options = $0.pointee
            return ok
        }
        options.capacity = 5
        var actor: backstage_ref = 0
        try #require(backstage_engine_spawn(stage.engine, &options, &actor) == ok)
        let context = try stage.context(try stage.spawn(Role()))
        let sizes: [UInt32] = [1, 2, 0]
        var (room, accepted) = (UInt32(77), 77)
        #expect(backstage_room(context, actor, &room) == ok)
        #expect(room == 5)
        #expect(backstage_send_many(context, actor, "abb", sizes, 3, &accepted) == ok)
        #expect(accepted == 3)
        #expect(backstage_room(context, actor, &room) == ok)
        #expect(room == 2)
        let status = backstage_engine_send_many(stage.engine, actor, "cdd", sizes, 3, &accepted)
        #expect(status == backstage_status(BACKSTAGE_INBOX_FULL) && accepted == 2)
        #expect(stage.run() == ok)
        #expect(role.texts == ["a", "bb", "", "c", "dd"])
        let invalid = backstage_status(BACKSTAGE_INVALID_ARGUMENT)
        #expect(backstage_send_many(nil, actor, "abb", sizes, 3, &accepted) == invalid)
        #expect(accepted == 0)
        #expect(backstage_engine_send_many(nil, actor, "abb", sizes, 3, nil) == invalid)
        #expect(backstage_room(nil, actor, &room) == invalid)
        #expect(backstage_room(context, actor, nil) == invalid)
    }
}

/// How often it was about to sleep, and how often it woke: the callbacks are given no state.
nonisolated(unsafe) private var sleeps = 0
nonisolated(unsafe) private var wakes = 0

struct SleepStoryTests {
    @Test func anEngineTellsBeforeItSleeps() throws {
        let sleep: backstage_sleep_callback = {
            sleeps += 1
            return UnsafeMutableRawPointer(bitPattern: 77)
        }
        let wake: backstage_wake_callback = {
            #expect($0 == UnsafeMutableRawPointer(bitPattern: 77))
            wakes += 1
        }
        let stage = try Stage {
            $0.clock = backstage_clock(BACKSTAGE_CLOCK_MONOTONIC)
            $0.sleep = sleep
            $0.wake = wake
        }
        #expect(stage.run() == ok)
        #expect(sleeps == 0)
        let mode = backstage_run_mode(BACKSTAGE_RUN_ONCE)
        let timeout = backstage_status(BACKSTAGE_TIMEOUT)
        #expect(backstage_engine_run(stage.engine, mode, 1_000_000) == timeout)
        #expect(sleeps >= 1 && wakes == sleeps)
        var engine: OpaquePointer?
        var options = backstage_engine_options()
        options.size = MemoryLayout<backstage_engine_options>.size
        options.sleep = sleep
        #expect(backstage_engine_create(&options, &engine) == backstage_status(BACKSTAGE_INVALID_ARGUMENT))
    }
}
