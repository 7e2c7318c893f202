import CBackstage
import CLibev

extension Actor {
    package func startTimer(after: Int64, every: Int64, _ token: UnsafeMutablePointer<UInt64>) -> Status {
        let status = checkActive()
        if status != .ok { return status }
        if after < 0 || every < 0 { return .invalidArgument }
        let engine = pointee.engine
        guard engine.pointee.timers.reserve(in: engine), let extras = makeExtras(),
            let source = engine.makeSource(.timer, for: self, extras)
        else { return .noMemory }
        source.pointee.period = UInt64(every)
        engine.startTimeout(source, after: UInt64(after))
        token.pointee = source.token
        return .ok
    }

    package func cancelTimer(_ token: UInt64) -> Status {
        let status = check()
        if status != .ok { return status }
        guard let source = pointee.engine.source(token, of: self), source.pointee.kind == .timer else {
            return .notFound
        }
        pointee.engine.cancel(source)
        return .ok
    }
}

extension Engine {
    /// The time now, read afresh so that no timer is early.
    func freshNow() -> UInt64 {
        if !pointee.isVirtual { pointee.now = clibev_now_ns() }
        return pointee.now
    }

    /// Arms a source; the heap has room for it. Neither clocks nor times exceed 2^63 - 1.
    func startTimeout(_ source: Source, after: UInt64) {
        source.pointee.deadline = freshNow() + after
        source.pointee.sequence = pointee.timerSequence
        pointee.timerSequence &+= 1
        pointee.timers.insert(source)
        if pointee.isGuest { keepHostAwake() }
    }

    @inline(__always) func cancelTimeout(_ source: Source) {
        if source.pointee.heapIndex != noTimer { pointee.timers.remove(source) }
    }

    /// Raises what is due. On a virtual clock, which may have jumped, only what is due first: the rest
    /// comes once that has been dealt with.
    func expireTimers() {
        while pointee.timers.deadline <= pointee.now {
            let last = pointee.isVirtual ? pointee.timers.deadline : pointee.now
            while pointee.timers.deadline <= last { expire(pointee.timers.first) }
            // Not all that is due is for an actor.
            if pointee.readyFirst != nil { return }
        }
    }

    private func expire(_ source: Source) {
        pointee.timers.remove(source)
        switch source.pointee.kind {
        case .timer: expireTimer(source)
        case .receiveTimeout: expireReceiveTimeout(source)
        case .backoff: expireBackoff(source)
        case .groupBackoff: expireGroupBackoff(source)
        case .drain: expireDrain(source)
        case .engineDrain: killDrained()
        default: failRequest(source, .timeout)
        }
    }

    private func expireTimer(_ source: Source) {
        let due = source.pointee.deadline
        if source.pointee.count == 0 { source.pointee.target = due }
        let period = source.pointee.period
        var expirations: UInt64 = 1
        if period > 0 {
            expirations += (pointee.now - due) / period
            source.pointee.deadline = due + expirations * period
            pointee.timers.insert(source)
        }
        source.pointee.count += expirations
        raise(source)
    }
}
