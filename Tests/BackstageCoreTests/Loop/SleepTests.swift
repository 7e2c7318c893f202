import CBackstage
import Testing

@testable import BackstageCore

/// Who asked for it is told of each sleep.
struct SleepTests {
    nonisolated(unsafe) private static var sleeps = 0

    /// A poll whose time is over already is none; nor is one that only looks.
    @Test func onlyAPollThatMaySleepIsASleep() throws {
        let sleep: backstage_sleep_callback = {
            SleepTests.sleeps += 1
            return nil
        }
        let wake: backstage_wake_callback = { _ in }
        try withEngine {
            $0.clock = UInt32(BACKSTAGE_CLOCK_MONOTONIC)
            $0.sleep = sleep
            $0.wake = wake
        } _: { engine in
            SleepTests.sleeps = 0
            let polls = engine.pointee.polls
            engine.poll()
            engine.sleep(until: engine.freshNow())
            #expect(engine.pointee.polls == polls + 2 && SleepTests.sleeps == 0)
            engine.sleep(until: engine.freshNow() + 5_000_000)
            #expect(engine.pointee.polls == polls + 3 && SleepTests.sleeps == 1)
            engine.poll()
            #expect(SleepTests.sleeps == 1 && !engine.pointee.poller.pointee.mayBlock)
        }
    }
}
