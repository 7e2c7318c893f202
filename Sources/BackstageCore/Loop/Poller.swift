import CBackstage
import CLibev
import Synchronization

/// The engine's watchers in a libev loop: its own, or the host's.
struct Poller {
    let loop: OpaquePointer
    /// Inside `run`, which looks after everything itself.
    var isDriven = false
    /// Descriptors watched.
    var descriptors = 0
    var wake = ev_async()
    var alarm = ev_timer()
    // In the host's loop only: around each of its sleeps, and to keep it from sleeping.
    var prepare = ev_prepare()
    var check = ev_check()
    var idle = ev_idle()
    // Around each sleep in a loop of the engine's own.
    let sleepCallback: backstage_sleep_callback?
    let wakeCallback: backstage_wake_callback?
    /// The poll to come may sleep.
    var mayBlock = false
    var sleepToken: UnsafeMutableRawPointer?
}

private func engine(_ data: UnsafeMutableRawPointer?) -> Engine {
    data.unsafelyUnwrapped.assumingMemoryBound(to: EngineState.self)
}

extension Engine {
    var loop: OpaquePointer { pointee.poller.pointee.loop }

    /// Starts the watchers that are always there. In the host's loop they do not keep it running.
    func startPolling() {
        let poller = pointee.poller
        clibev_async_init(
            &poller.pointee.wake, { _, watcher, _ in engine(watcher?.pointee.data).keepHostAwake() }, self)
        clibev_timer_init(
            &poller.pointee.alarm, { _, watcher, _ in engine(watcher?.pointee.data).keepHostAwake() }, self)
        ev_async_start(loop, &poller.pointee.wake)
        if !pointee.isGuest { return announceSleeps() }
        clibev_prepare_init(
            &poller.pointee.prepare, { _, watcher, _ in engine(watcher?.pointee.data).hostSleeps() }, self)
        clibev_check_init(
            &poller.pointee.check, { _, watcher, _ in engine(watcher?.pointee.data).hostWakes() }, self)
        clibev_idle_init(&poller.pointee.idle, { _, _, _ in }, self)
        ev_prepare_start(loop, &poller.pointee.prepare)
        ev_check_start(loop, &poller.pointee.check)
        for _ in 0..<3 { ev_unref(loop) }
    }

    func stopPolling() {
        let poller = pointee.poller
        ev_timer_stop(loop, &poller.pointee.alarm)
        if !pointee.isGuest {
            ev_async_stop(loop, &poller.pointee.wake)
            return ev_loop_destroy(loop)
        }
        ev_idle_stop(loop, &poller.pointee.idle)
        for _ in 0..<3 { ev_ref(loop) }
        ev_async_stop(loop, &poller.pointee.wake)
        ev_prepare_stop(loop, &poller.pointee.prepare)
        ev_check_stop(loop, &poller.pointee.check)
    }

    /// Looks at descriptors without sleeping.
    func poll() {
        pointee.lastPoll = pointee.now
        pointee.polls += 1
        ev_run(loop, Int32(EVRUN_NOWAIT))
        if !pointee.isVirtual { pointee.lastLook = clibev_now_ns() }
    }

    /// Sleeps until something happens, or until a time of the clock; the end of time is never.
    func sleep(until deadline: UInt64) {
        rest()
        setAlarm(deadline)
        if fallAsleep() {
            pointee.polls += 1
            if pointee.isGuest { ev_ref(loop) }
            pointee.poller.pointee.mayBlock = deadline > pointee.now
            ev_run(loop, Int32(EVRUN_ONCE))
            pointee.poller.pointee.mayBlock = false
            if pointee.isGuest { ev_unref(loop) }
        }
        wakeUp()
        ev_timer_stop(loop, &pointee.poller.pointee.alarm)
        startSlice()
    }

    private func setAlarm(_ deadline: UInt64) {
        ev_timer_stop(loop, &pointee.poller.pointee.alarm)
        if deadline == .max { return }
        ev_now_update(loop)
        let now = freshNow()
        clibev_timer_set(&pointee.poller.pointee.alarm, deadline > now ? Double(deadline - now) * 1e-9 : 0)
        ev_timer_start(loop, &pointee.poller.pointee.alarm)
    }

    /// Tells other threads that they have to wake the engine; false if one has sent something already.
    private func fallAsleep() -> Bool {
        let remote = pointee.remote
        remote.pointee.isAsleep.store(true, ordering: .sequentiallyConsistent)
        let mustReturn =
            pointee.poller.pointee.isDriven
            && remote.pointee.isStopRequested.load(ordering: .sequentiallyConsistent)
        let mustWork = remote.pointee.hasWork.load(ordering: .sequentiallyConsistent)
        return remote.count == 0 && !mustReturn && !mustWork && !hasSignals
    }

    private func wakeUp() {
        pointee.remote.pointee.isAsleep.store(false, ordering: .relaxed)
    }
}

// Who asked for it is told of each sleep: by libev, so that what its watchers call back for is not part
// of it.

extension Engine {
    fileprivate func announceSleeps() {
        if pointee.poller.pointee.sleepCallback == nil { return }
        ev_set_userdata(loop, self)
        ev_set_loop_release_cb(
            loop, { engine(ev_userdata($0)).fallsAsleep() }, { engine(ev_userdata($0)).hasSlept() })
    }

    private func fallsAsleep() {
        let poller = pointee.poller
        guard poller.pointee.mayBlock, let callback = poller.pointee.sleepCallback else { return }
        observe { poller.pointee.sleepToken = callback() }
    }

    /// libev has yet to look at what the system said.
    private func hasSlept() {
        let poller = pointee.poller
        guard poller.pointee.mayBlock, let callback = poller.pointee.wakeCallback else { return }
        let savedErrno = clibev_errno()
        poller.pointee.mayBlock = false
        observe { callback(poller.pointee.sleepToken) }
        clibev_set_errno(savedErrno)
    }
}

// In the host's loop, the engine works just before the loop would sleep.

extension Engine {
    private func hostSleeps() {
        let poller = pointee.poller
        // Not in a run, nor in a callback that runs the loop: then this is not the host's to do.
        guard !poller.pointee.isDriven, clibev_current() == nil, isOwnThread else { return }
        wakeUp()
        clibev_set_current(self)
        workForHost()
        rest()
        clibev_set_current(nil)
        let deadline = pointee.isVirtual ? UInt64.max : pointee.timers.deadline
        if pointee.readyFirst == nil, pointee.timers.deadline > pointee.now, fallAsleep() {
            ev_idle_stop(loop, &poller.pointee.idle)
            setAlarm(deadline)
        } else {
            wakeUp()
            keepHostAwake()
        }
    }

    /// Keeps the host's loop from sleeping, or ending, before the engine has seen what there is to do.
    @inline(never)
    func keepHostAwake() {
        if !pointee.isGuest || pointee.poller.pointee.isDriven { return }
        ev_idle_start(loop, &pointee.poller.pointee.idle)
    }

    private func hostWakes() {
        if !pointee.poller.pointee.isDriven { wakeUp() }
    }

    /// One slice of work: until nothing is ready, or it is time to look at the host's descriptors. A stop
    /// ends the slice, and the next run at once, if there ever is one.
    private func workForHost() {
        startSlice()
        look()
        runReady()
        if !pointee.isVirtual { readClock(pointee.untilLook <= 0) }
        if pointee.stopRequested {
            pointee.stopRequested = false
            pointee.remote.pointee.isStopRequested.store(true, ordering: .relaxed)
        }
    }
}
