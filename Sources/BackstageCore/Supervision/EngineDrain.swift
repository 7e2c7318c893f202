import CBackstage

/// The drain of a whole engine.
struct EngineDrain {
    enum Stage { case none, waiting, ending }

    var stage = Stage.none
    var busy: UInt32 = 0
    var deadline: Source?
    var isKilling = false
}

extension Engine {
    package func drain(within timeout: Int64) -> Status {
        let status = check()
        if status != .ok { return status }
        if pointee.drain.stage == .ending, timeout != 0 { return .ok }
        guard prepareDrains() else { return .noMemory }
        var deadline: Source?
        if timeout > 0 {
            deadline = pointee.timers.reserve(in: self) ? pointee.sources.take(in: self) : nil
            guard let deadline else { return .noMemory }
            deadline.pointee.kind = .engineDrain
            deadline.pointee.isPending = false
            deadline.pointee.heapIndex = noTimer
            startTimeout(deadline, after: UInt64(timeout))
        }
        stopDrainDeadline()
        pointee.drain.deadline = deadline
        if pointee.drain.stage == .none { beginDrain() }
        if timeout == 0 { killDrained() }
        return .ok
    }

    private func beginDrain() {
        pointee.drain.stage = .waiting
        eachPlace { actor in
            if actor.details.pointee.marks.has(.busy) { pointee.drain.busy += 1 }
            if !actor.details.pointee.marks.has(.draining) { setDrainRoot(of: actor, noActor) }
            joinDrain(actor)
        }
        if pointee.drain.busy == 0 { endDrained() }
    }

    private func eachPlace(_ body: (Actor) -> Void) {
        for index in 0..<Int(pointee.actorCount) {
            let actor = pointee.actors + index
            if actor.isLiving { body(actor) }
        }
    }

    /// The time is over.
    func killDrained() {
        stopDrainDeadline()
        guard pointee.drain.stage != .none else { return }
        var isInTime = true
        eachPlace { if !$0.pointee.flags.has(.ending) { isInTime = false } }
        if !isInTime {
            pointee.drain.isKilling = true
            logLine(UInt32(BACKSTAGE_LOG_WARNING), "the engine was not drained in time")
        }
        if pointee.drain.stage == .waiting { endDrained() }
    }

    private func stopDrainDeadline() {
        guard let deadline = pointee.drain.deadline else { return }
        pointee.drain.deadline = nil
        cancelTimeout(deadline)
        pointee.sources.give(deadline)
    }

    /// Nobody has anything left to do, or no more time: ends the last born without a parent. When it has
    /// ended, the one before.
    func endDrained() {
        pointee.drain.stage = .ending
        if pointee.lastParentless == noActor { return finishDrain() }
        let actor = pointee.actors + Int(pointee.lastParentless)
        let reason = pointee.drain.isKilling ? Reason.killed : Reason.stopped
        beginEnding(actor, reason, actor.cause(reason))
    }

    private func finishDrain() {
        let status: Status = pointee.drain.isKilling ? .timeout : .ok
        stopDrainDeadline()
        pointee.drain = EngineDrain()
        endRun(status)
    }

    func releaseDrain() {
        stopDrainDeadline()
        pointee.drain = EngineDrain()
    }
}
