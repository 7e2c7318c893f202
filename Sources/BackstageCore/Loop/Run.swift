import CBackstage
import CLibev
import Synchronization

/// Descriptors are looked at, and turns kept short, so that nothing waits much longer than this.
private let pollEvery: UInt64 = 200_000
private let lookWithin: UInt64 = 100_000
/// Messages between two looks at most: a look costs as much as a few messages.
private let lookEveryMax: Int32 = 256

extension Engine {
    package func run(_ mode: backstage_run_mode, timeout: Int64) -> Status {
        let status = checkOutsideCallbacks()
        if status != .ok { return status }
        guard mode <= UInt32(BACKSTAGE_RUN_NO_WAIT) else { return .invalidArgument }
        let (result, runStatus) = run(timeout) { deadline in
            switch Int(mode) {
            case BACKSTAGE_RUN_UNTIL_STOPPED: runUntilStopped(deadline) { false }
            case BACKSTAGE_RUN_UNTIL_IDLE: runUntilIdle(deadline)
            case BACKSTAGE_RUN_ONCE: runOnce(deadline)
            default: runNoWait()
            }
        }
        return runStatus == .ok ? result : runStatus
    }

    /// Runs until something is so, or the run is stopped. How it ended, and with what status if that was
    /// by `endRun`.
    package func run(timeout: Int64, until isDone: () -> Bool) -> (Status, Status) {
        run(timeout) { runUntilStopped($0, isDone) }
    }

    private func run(_ timeout: Int64, _ body: (UInt64) -> Status) -> (Status, Status) {
        enterRun()
        let result = body(timeout < 0 ? UInt64.max : freshNow() + UInt64(timeout))
        leaveRun()
        let status = pointee.runStatus
        pointee.runStatus = .ok
        return (result, status)
    }

    /// Ends the run, or the next one, with a status.
    func endRun(_ status: Status) {
        if pointee.runStatus == .ok { pointee.runStatus = status }
        if isCurrent {
            stopHere()
        } else {
            pointee.remote.requestStop()
        }
    }

    /// Lets the turn, and the slice, be over.
    func stopHere() {
        pointee.stopRequested = true
        pointee.untilLook = 0
        pointee.handling?.pointee.flags.insert(.interrupted)
    }

    private func enterRun() {
        clibev_set_current(self)
        pointee.poller.pointee.isDriven = true
        if pointee.isGuest { ev_idle_stop(loop, &pointee.poller.pointee.idle) }
        startSlice()
    }

    private func leaveRun() {
        // Who is idle now may be busy in the next run. But if all places are taken, others get their chance.
        if pointee.restingCount == restingMax { detachRestingRings() }
        pointee.poller.pointee.isDriven = false
        clibev_set_current(nil)
        keepHostAwake()
    }

    private func runUntilStopped(_ deadline: UInt64, _ isDone: () -> Bool) -> Status {
        while true {
            look()
            if takeStop() || isDone() { return .ok }
            if pointee.readyFirst != nil {
                runReady()
                if pointee.now >= deadline { return timeoutOrStop() }
            } else {
                if isOver(deadline) { return .timeout }
                sleep(until: nextWake(deadline))
            }
        }
    }

    private func runUntilIdle(_ deadline: UInt64) -> Status {
        while true {
            look()
            if takeStop() { return .ok }
            if pointee.readyFirst == nil, watchesLoop { poll() }
            if pointee.readyFirst == nil {
                if pointee.remote.peek() == nil, !hasWork { return .ok }
            } else {
                runReady()
                if pointee.now >= deadline, pointee.readyFirst != nil { return timeoutOrStop() }
            }
        }
    }

    private func runOnce(_ deadline: UInt64) -> Status {
        look()
        if watchesLoop { poll() }
        while pointee.readyFirst == nil {
            if takeStop() { return .ok }
            if isOver(deadline) { return .timeout }
            sleep(until: nextWake(deadline))
            look()
        }
        runEachOnce()
        return .ok
    }

    private func runNoWait() -> Status {
        look()
        if watchesLoop { poll() }
        runEachOnce()
        return .ok
    }

    /// A turn for each actor that is ready now, unless the run is to end.
    private func runEachOnce() {
        let last = pointee.readyLast
        while !takeStop(), let actor = dequeueReady() {
            turn(actor)
            pointee.handling = nil
            let goesOn = pointee.readyFirst == actor && actor.isRound
            if actor == last, !goesOn {
                _ = takeStop()
                return
            }
            if pointee.untilLook <= 0 { look() }
        }
    }

    /// Whether waiting any longer is pointless: the time is over, or stands still.
    private func isOver(_ deadline: UInt64) -> Bool {
        deadline != .max && (pointee.isVirtual || pointee.now >= deadline)
    }

    private func nextWake(_ deadline: UInt64) -> UInt64 {
        pointee.isVirtual ? .max : min(deadline, pointee.timers.deadline)
    }

    /// Before the engine sleeps: who is idle holds nothing.
    @inline(__always)
    func rest() {
        if pointee.restingCount > 0, pointee.readyFirst == nil { detachRestingRings() }
    }

    /// Whether the run is to end; if so, that has been seen to.
    private func takeStop() -> Bool {
        if !pointee.stopRequested { return false }
        pointee.stopRequested = false
        return true
    }

    /// A stop that came before the time was over holds, so that it does not end the next run.
    private func timeoutOrStop() -> Status {
        seeStop()
        return takeStop() ? .ok : .timeout
    }

    private func seeStop() {
        let remote = pointee.remote
        if !remote.pointee.isStopRequested.load(ordering: .relaxed) { return }
        remote.pointee.isStopRequested.store(false, ordering: .relaxed)
        pointee.stopRequested = true
    }
}

// MARK: - Looking around

extension Engine {
    /// Whether there is something in the loop to look at: descriptors, or what a host has there.
    var watchesLoop: Bool { pointee.poller.pointee.descriptors > 0 || pointee.isGuest }

    /// Looks at what is not a message: the clock, other threads, signals, and now and then descriptors.
    @inline(never)
    func look() {
        let isSliceOver = pointee.untilLook <= 0
        if !pointee.isVirtual { readClock(isSliceOver) }
        pointee.untilLook = pointee.lookEvery
        if !pointee.isVirtual || isSliceOver || pointee.readyFirst == nil { expireTimers() }
        takeIn()
        if hasSignals { takeSignals() }
        if hasWork { doWork() }
        guard pointee.poller.pointee.isDriven else { return }
        seeStop()
        if !watchesLoop { return }
        if pointee.isVirtual ? isSliceOver : pointee.now &- pointee.lastPoll >= pollEvery { poll() }
    }

    /// The time up to now was not spent in turns: it says nothing about how long these take.
    func startSlice() {
        pointee.untilLook = 1
        if !pointee.isVirtual { pointee.lastLook = clibev_now_ns() }
    }

    /// Reads the clock, and sets the length of a slice by what the last one took.
    func readClock(_ isSliceOver: Bool) {
        let elapsed = clibev_now_ns() &- pointee.lastLook
        pointee.lastLook &+= elapsed
        pointee.now = pointee.lastLook
        if !isSliceOver { return }
        if elapsed > lookWithin {
            let fitting = UInt64(pointee.lookEvery) &* lookWithin / elapsed
            pointee.lookEvery = max(1, Int32(truncatingIfNeeded: fitting))
        } else if elapsed < lookWithin / 4 {
            pointee.lookEvery = min(pointee.lookEvery * 2, lookEveryMax)
        }
    }
}
