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
        clibev_set_current(self)
        pointee.poller.pointee.isDriven = true
        let deadline = timeout < 0 ? UInt64.max : freshNow() &+ UInt64(timeout)
        let result =
            switch Int(mode) {
            case BACKSTAGE_RUN_UNTIL_STOPPED: runUntilStopped(deadline)
            case BACKSTAGE_RUN_UNTIL_IDLE: runUntilIdle(deadline)
            case BACKSTAGE_RUN_ONCE: runOnce(deadline)
            default: runNoWait()
            }
        pointee.poller.pointee.isDriven = false
        clibev_set_current(nil)
        return result
    }

    private func runUntilStopped(_ deadline: UInt64) -> Status {
        while true {
            look()
            if takeStop() { return .ok }
            if pointee.readyFirst != noActor {
                runReady()
                if pointee.now >= deadline { return .timeout }
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
            if pointee.readyFirst == noActor, pointee.poller.pointee.descriptors > 0 { poll() }
            if pointee.readyFirst == noActor {
                if pointee.remote.peek() == nil { return .ok }
            } else {
                runReady()
                if pointee.now >= deadline, pointee.readyFirst != noActor { return .timeout }
            }
        }
    }

    private func runOnce(_ deadline: UInt64) -> Status {
        look()
        if pointee.poller.pointee.descriptors > 0 { poll() }
        while pointee.readyFirst == noActor {
            if takeStop() { return .ok }
            if isOver(deadline) { return .timeout }
            sleep(until: nextWake(deadline))
            look()
        }
        if !takeStop() { runEachOnce() }
        return .ok
    }

    private func runNoWait() -> Status {
        look()
        if pointee.poller.pointee.descriptors > 0 { poll() }
        if !takeStop() { runEachOnce() }
        return .ok
    }

    /// Turns, until nobody is ready or it is time to look around.
    @inline(__always)
    func runReady() {
        while pointee.readyFirst != noActor, pointee.untilLook > 0 { turn(dequeueReady()) }
    }

    /// A turn for each actor that is ready now.
    private func runEachOnce() {
        let last = pointee.readyLast
        if last == noActor { return }
        while true {
            let actor = dequeueReady()
            let isLast = actor.index == last
            turn(actor)
            if isLast || pointee.stopRequested { break }
            if pointee.untilLook <= 0 { look() }
        }
        pointee.stopRequested = false
    }

    /// Whether waiting any longer is pointless: the time is over, or stands still.
    private func isOver(_ deadline: UInt64) -> Bool {
        deadline != .max && (pointee.isVirtual || pointee.now >= deadline)
    }

    private func nextWake(_ deadline: UInt64) -> UInt64 {
        pointee.isVirtual ? .max : min(deadline, pointee.timers.deadline)
    }

    /// Whether the run is to end; if so, that has been seen to.
    private func takeStop() -> Bool {
        if !pointee.stopRequested { return false }
        pointee.stopRequested = false
        return true
    }

    /// Looks at what is not a message: the clock, other threads, signals, and now and then descriptors.
    @inline(never)
    func look() {
        if !pointee.isVirtual { readClock() }
        pointee.untilLook = pointee.lookEvery
        expireTimers()
        takeIn()
        if hasSignals { takeSignals() }
        let isStopRequested = pointee.remote.pointee.isStopRequested.load(ordering: .relaxed)
        if isStopRequested {
            pointee.remote.pointee.isStopRequested.store(false, ordering: .relaxed)
            pointee.stopRequested = true
        }
        if pointee.poller.pointee.descriptors == 0 || !pointee.poller.pointee.isDriven { return }
        if pointee.isVirtual || pointee.now &- pointee.lastPoll >= pollEvery { poll() }
    }

    /// Reads the clock, and sets the distance to the next look by what the last one took.
    private func readClock() {
        let elapsed = clibev_now_ns() &- pointee.lastLook
        pointee.lastLook &+= elapsed
        pointee.now = pointee.lastLook
        if pointee.untilLook > 0 { return }
        if elapsed > lookWithin {
            let fitting = UInt64(pointee.lookEvery) * lookWithin / elapsed
            pointee.lookEvery = max(1, Int32(fitting))
        } else if elapsed < lookWithin / 4, pointee.lookEvery < lookEveryMax {
            pointee.lookEvery *= 2
        }
    }
}
