import CBackstage
import Glibc
import Testing

struct EventStoryTests {
    @Test func timersKeepVirtualTime() throws {
        let stage = try Stage()
        let role = Role()
        var dues: [UInt64] = []
        role.onReceive = { _, envelope in
            dues.append(envelope.event(as: backstage_timer_event.self).due_ns)
            return ok
        }
        let context = try stage.context(try stage.spawn(role))
        var (once, often) = (UInt64(), UInt64())
        #expect(backstage_timer_start(context, 250, 0, &once) == ok)
        #expect(backstage_timer_start(context, 100, 100, &often) == ok)
        for _ in 0..<3 { stage.advance(100) }
        #expect(dues == [100, 200, 250, 300])
        #expect(backstage_timer_cancel(context, often) == ok)
        #expect(backstage_timer_cancel(context, once) == backstage_status(BACKSTAGE_NOT_FOUND))
        stage.advance(1_000)
        #expect(dues.count == 4)
    }

    @Test func aDescriptorIsWatchedUntilItIsNot() throws {
        let stage = try Stage()
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        let role = Role()
        var bytes = ""
        role.onReceive = { _, envelope in
            let event = envelope.event(as: backstage_io_event.self)
            #expect(event.fd == ends[0] && event.events == UInt32(BACKSTAGE_READABLE))
            var byte: UInt8 = 0
            #expect(read(event.fd, &byte, 1) == 1)
            bytes.append(Character(Unicode.Scalar(byte)))
            return ok
        }
        let context = try stage.context(try stage.spawn(role))
        var watcher: UInt64 = 0
        #expect(backstage_watch_fd(context, ends[0], UInt32(BACKSTAGE_READABLE), &watcher) == ok)
        #expect(write(ends[1], "abc", 3) == 3)
        #expect(stage.run() == ok)
        #expect(bytes == "abc")
        #expect(backstage_unwatch(context, watcher) == ok)
        #expect(write(ends[1], "d", 1) == 1)
        #expect(stage.run() == ok)
        #expect(bytes == "abc")
    }

    /// Lets a signal in on this thread, as threads of a pool do not.
    private func withSignal(_ signal: Int32, _ body: () throws -> Void) rethrows {
        var (wanted, former) = (sigset_t(), sigset_t())
        sigemptyset(&wanted)
        sigaddset(&wanted, signal)
        #expect(pthread_sigmask(SIG_UNBLOCK, &wanted, &former) == 0)
        defer { #expect(pthread_sigmask(SIG_SETMASK, &former, nil) == 0) }
        try body()
    }

    /// A signal that is ignored unless watched, so that it can do no harm.
    @Test func aSignalIsCounted() throws {
        let stage = try Stage()
        let role = Role()
        var events: [backstage_signal_event] = []
        role.onReceive = { _, envelope in
            events.append(envelope.event(as: backstage_signal_event.self))
            return ok
        }
        let context = try stage.context(try stage.spawn(role))
        var watcher: UInt64 = 0
        #expect(backstage_watch_signal(context, SIGURG, &watcher) == ok)
        withSignal(SIGURG) { for _ in 0..<3 { #expect(raise(SIGURG) == 0) } }
        #expect(stage.run() == ok)
        #expect(events.map(\.signal) == [SIGURG])
        #expect(events.map(\.count) == [3])
        #expect(backstage_unwatch(context, watcher) == ok)
        withSignal(SIGURG) { #expect(raise(SIGURG) == 0) }
        #expect(stage.run() == ok)
        #expect(events.count == 1)
        #expect(
            backstage_watch_signal(context, SIGKILL, &watcher) == backstage_status(BACKSTAGE_INVALID_SIGNAL))
    }
}
