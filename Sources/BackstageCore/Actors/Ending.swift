import CBackstage

// How actors end: children before parents, the last born first, a few at each turn so that ending a
// million does not hold up the rest.

/// Actors ended in one turn.
private let endingsPerTurn = 64

extension Actor {
    /// Ends an actor, its children first.
    package func stop(_ target: backstage_ref) -> Status {
        let status = check()
        if status != .ok { return status }
        guard let actor = pointee.engine.actor(target) else { return .notFound }
        pointee.engine.beginEnding(actor, Reason.stopped, actor.cause(Reason.stopped))
        return .ok
    }

    /// Ends this actor; or restarts it, if it is to be permanent: that is decided at its next turn.
    package func shutdown() -> Status {
        let status = check()
        if status != .ok { return status }
        if pointee.flags.has(.ending) { return .ok }
        guard details.pointee.marks.restart == UInt32(BACKSTAGE_RESTART_PERMANENT),
            pointee.engine.supervisor(of: self) != nil, !pointee.flags.has(.poisoned)
        else {
            pointee.engine.beginEnding(self, Reason.normal, cause(Reason.normal))
            return .ok
        }
        if pointee.flags.has(.restarting) { return .ok }
        pointee.flags.insert(.restarting)
        pointee.flags.reason = Reason.normal
        pointee.engine.wake(self)
        return .ok
    }

    package func poison(_ target: backstage_ref) -> Status {
        let status = check()
        if status != .ok { return status }
        guard let actor = pointee.engine.actor(target) else { return .notFound }
        if actor.pointee.flags.has(.ending) { return .ok }
        actor.pointee.flags.insert(.poisoned)
        pointee.engine.makeReady(actor)
        pointee.engine.settleIfDown(actor)
        return .ok
    }
}

extension Engine {
    /// Marks an actor as ending for good; the first reason holds.
    func beginEnding(_ actor: Actor, _ reason: backstage_reason, _ cause: Cause) {
        if actor.pointee.flags.has(.ending) { return }
        actor.pointee.flags.insert(.ending)
        actor.pointee.flags.remove(.restarting)
        actor.pointee.flags.reason = reason
        let details = actor.details
        details.pointee.status = cause.status
        details.pointee.initializeOrOrigin = cause.origin
        details.pointee.marks.originReason = cause.reason
        wake(actor)
    }

    /// The turn of an actor that ends or restarts: ends the last of its children first, and goes on
    /// upwards while parents wait for that.
    func end(_ first: Actor) {
        var actor = first
        for _ in 0..<endingsPerTurn where !pointee.stopRequested || pointee.isDestroying {
            pointee.untilLook &-= 1
            if let child = lastChild(of: actor) {
                actor.pointee.flags.insert(.parked)
                guard claim(child) else { return }
                actor = child
            } else if actor.pointee.flags.has(.ending) {
                guard let parent = finish(actor) else { return }
                actor = parent
            } else {
                return goDown(actor)
            }
        }
        enqueueReady(actor)
    }

    @inline(__always)
    func lastChild(of actor: Actor) -> Actor? {
        let child = actor.details.pointee.lastChild
        return child == noActor ? nil : pointee.actors + Int(child)
    }

    /// Marks a child as ending. Whether it can end at once: if not it has a turn to come, or waits for
    /// a child of its own, and goes on to its parent when it has ended.
    private func claim(_ child: Actor) -> Bool {
        let isFree = !child.pointee.flags.has(.ready) || child.pointee.flags.has(.suspended)
        child.pointee.flags.insert(.ready)
        child.pointee.flags.remove(.suspended)
        guard let parent = child.parent else { return isFree }
        if pointee.isDestroying {
            beginEnding(child, Reason.engineEnded, child.cause(Reason.engineEnded))
        } else {
            let isKilled = parent.pointee.flags.reason == Reason.killed
            beginEnding(child, isKilled ? Reason.killed : Reason.stopped, parent.causeForChildren)
        }
        return isFree
    }

    /// Ends an actor that has no children left. Its parent, if that waited for this one.
    private func finish(_ actor: Actor) -> Actor? {
        let details = actor.details
        let parent = actor.parent
        assert(actor.round == nil)
        if details.pointee.extras != nil { buryLife(of: actor) }
        if actor.used != 0 { buryQueue(of: actor) }
        actor.detachRing()
        if details.pointee.deinitialize != nil { runDeinitialize(actor, actor.pointee.flags.reason) }
        if details.pointee.extras != nil || actor.pointee.flags.reason == Reason.failed {
            tellOthers(of: actor)
        }
        dismantle(actor, details, parent)
        guard let parent, parent.pointee.flags.has(.parked) else { return nil }
        parent.pointee.flags.remove(.parked)
        return parent
    }

    private var deadReason: backstage_dead_reason {
        pointee.isDestroying ? DeadReason.engineEnded : DeadReason.ended
    }

    private func buryLife(of actor: Actor) {
        forgetPending(of: actor)
        buryStash(of: actor, deadReason)
    }

    private func buryQueue(of actor: Actor) {
        let reason = deadReason
        while actor.used != 0 {
            let slot = actor.slot(actor.pointee.head)
            bury(slot, for: actor, reason)
            actor.passHead()
        }
    }

    func runDeinitialize(_ actor: Actor, _ reason: backstage_reason) {
        guard let deinitialize = actor.details.pointee.deinitialize else { return }
        pointee.departing = actor
        let status = deinitialize(actor.context, reason, actor.pointee.state)
        pointee.departing = nil
        if status >= 0 { return }
        pointee.failures += 1
        logFailure(actor, "failed in deinit", status)
    }

    /// Tells those who monitor the actor, or wait for an answer of it, and a parent of a failure.
    private func tellOthers(of actor: Actor) {
        var parentKnows = actor.pointee.flags.reason != Reason.failed
        while let peer = actor.details.pointee.extras?.pointee.peers {
            guard peer.pointee.kind == .monitor else {
                failRequest(peer, .stopped)
                continue
            }
            unlinkPeer(peer, from: actor)
            if peer.pointee.owner == actor.parent { parentKnows = true }
            tell(peer, of: actor)
        }
        if parentKnows { return }
        guard let parent = actor.parent, !parent.pointee.flags.has(.halting) else { return }
        guard let notice = makeSource(.notice, for: parent) else {
            return logLine(UInt32(BACKSTAGE_LOG_ERROR), "no memory to tell the parent of a failure:", actor)
        }
        notice.pointee.target = actor.ref
        tell(notice, of: actor)
    }

    private func tell(_ source: Source, of actor: Actor) {
        let details = actor.details
        source.pointee.reason = actor.pointee.flags.reason
        source.pointee.status = details.pointee.status
        source.pointee.origin = details.pointee.initializeOrOrigin
        source.pointee.originReason = details.pointee.marks.originReason
        raise(source)
    }

    /// Takes the actor out of everything that it was part of, and frees its place.
    @inline(__always)
    private func dismantle(
        _ actor: Actor, _ details: UnsafeMutablePointer<ActorDetails>, _ parent: Actor?
    ) {
        if let extras = details.pointee.extras { giveUp(extras) }
        if let id = details.pointee.id {
            let index = actor.index
            pointee.registry.remove(hash(of: id)) { $0 == index }
        }
        if details.pointee.kind != nil { leaveKind(actor) }
        if details.pointee.marks.has(.busy) { noteDone(actor) }
        let waiting = parent == nil ? nil : leaveGroup(actor)
        leaveFamily(details, parent)
        strip(details)
        freePlace(actor)
        pointee.living -= 1
        if let parent, let waiting { advanceGroup(of: parent, waiting) }
        if parent == nil, pointee.drain.stage == .ending { endDrained() }
    }

    private func giveUp(_ extras: UnsafeMutablePointer<ActorExtras>) {
        while let source = extras.pointee.sources { cancel(source) }
        while let subscription = extras.pointee.subscriptions { unsubscribe(subscription) }
        extras.pointee.publisher?.pointee.actor = nil
    }
}
