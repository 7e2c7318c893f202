import CBackstage
import CLibev

extension Engine {
    package var statistics: backstage_statistics {
        var statistics = backstage_statistics()
        let remote = pointee.remote.count
        statistics.accepted = pointee.accepted + remote
        statistics.handled = pointee.handled
        statistics.dead = pointee.dead
        statistics.queued = statistics.accepted &- statistics.handled &- statistics.dead
        statistics.events = pointee.events
        statistics.actors = UInt64(pointee.living)
        statistics.spawned = pointee.spawned
        statistics.failures = pointee.failures
        statistics.restarts = pointee.restarts
        statistics.polls = pointee.polls
        statistics.memory_bytes = UInt64(heldBytes)
        return statistics
    }

    package func statistics(of actor: Actor) -> backstage_actor_statistics {
        let details = actor.details
        var statistics = backstage_actor_statistics()
        let stash = actor.life?.pointee.stash ?? Stash()
        statistics.stashed = UInt64(stash.count)
        statistics.queued = UInt64(actor.used) + statistics.stashed
        statistics.restarts = actor.life?.pointee.restarts ?? 0
        statistics.handled = details.pointee.handled &+ UInt64(actor.pointee.head)
        statistics.dead = details.pointee.dead
        let queuedMax = max(details.pointee.queuedMax, UInt32(actor.pointee.queuedMax))
        statistics.queued_max = UInt64(max(queuedMax, actor.waiting))
        // One that rests has its ring on loan.
        let ring = actor.used == 0 || actor.pointee.ring == nil ? 0 : UInt64(actor.pointee.mask) + 1
        let aside: UInt64 = stash.slots == nil ? 0 : 1 << UInt64(stash.ringClass)
        let units = details.pointee.blockUnits &+ (actor.round?.message.blockUnits ?? 0)
        statistics.memory_bytes = (ring + aside + UInt64(units)) * 64
        return statistics
    }

    package func eachActor(_ callback: (OpaquePointer, backstage_ref) -> Int32) {
        let outer = clibev_current()
        clibev_set_current(self)
        defer { clibev_set_current(outer) }
        var index = 0
        while index < Int(pointee.actorCount) {
            let actor = pointee.actors + index
            if actor.isLiving, callback(handle, actor.ref) != 0 { return }
            index += 1
        }
    }
}

extension Engine {
    /// The engine's clock. Inside a callback, too, it goes on.
    package var currentTime: UInt64 { freshNow() }

    package func advance(by time: UInt64) -> Status {
        if !pointee.isVirtual { return .notVirtual }
        let (now, isBeyond) = pointee.now.addingReportingOverflow(time)
        if isBeyond || now > UInt64(Int64.max) { return .invalidArgument }
        pointee.now = now
        keepHostAwake()
        return .ok
    }

    /// When the next timer is due; nil if none is.
    package var nextDue: UInt64? { pointee.timers.count == 0 ? nil : pointee.timers.deadline }

    /// Whether a run has nothing to do, descriptors and signals apart.
    package var isIdle: Bool {
        pointee.readyFirst == nil && pointee.remote.peek() == nil && !hasWork
            && pointee.timers.deadline > freshNow()
    }
}
