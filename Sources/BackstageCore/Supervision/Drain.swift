import CBackstage

// A family that is drained is closed to others. Each of its actors counts as busy until a turn of its
// own has found nothing left to do; a message makes it busy again. With none busy the family ends.

extension Actor {
    /// Ends an actor and its family gracefully; after a time, at once.
    package func drain(_ target: backstage_ref, within timeout: Int64) -> Status {
        let status = check()
        if status != .ok { return status }
        guard let actor = pointee.engine.actor(target) else { return .notFound }
        return pointee.engine.drain(actor, within: timeout)
    }
}

extension Engine {
    func drain(_ actor: Actor, within timeout: Int64) -> Status {
        if actor.pointee.flags.has(.ending) { return .ok }
        guard let life = actor.makeLife(), prepareDrains() else { return .noMemory }
        var deadline: Source?
        if timeout > 0 {
            deadline = pointee.timers.reserve(in: self) ? makeSource(.drain, for: actor) : nil
            guard let deadline else { return .noMemory }
            startTimeout(deadline, after: UInt64(timeout))
        }
        if let former = life.pointee.drainDeadline { cancel(former) }
        life.pointee.drainDeadline = deadline
        if !life.pointee.isDrained { beginDrain(of: actor, life) }
        if timeout == 0 { kill(actor) }
        return .ok
    }

    private func beginDrain(of actor: Actor, _ life: UnsafeMutablePointer<ActorLife>) {
        let outer = drainRoot(of: actor)
        life.pointee.isDrained = true
        life.pointee.busy = 0
        life.pointee.outerRoot = outer
        eachMember(of: actor) { member in
            if member != actor, let inner = member.life, inner.pointee.isDrained {
                if inner.pointee.outerRoot == outer { inner.pointee.outerRoot = actor.index }
            } else if drainRoot(of: member) == outer {
                setDrainRoot(of: member, actor.index)
            }
            if member.details.pointee.marks.has(.busy) { life.pointee.busy += 1 }
            joinDrain(member)
        }
        // Its next turn finds out whether there is anything to wait for.
        noteBusy(actor)
        makeReady(actor)
    }

    /// The time is over for a family that is drained.
    func expireDrain(_ deadline: Source) {
        let actor = deadline.pointee.owner
        dispose(of: deadline)
        actor.life?.pointee.drainDeadline = nil
        if actor.pointee.flags.has(.ending) { return }
        logLine(UInt32(BACKSTAGE_LOG_WARNING), "not drained in time:", actor)
        kill(actor)
    }

    private func kill(_ actor: Actor) { beginEnding(actor, Reason.killed, actor.cause(Reason.killed)) }

    /// Whether a draining actor has lost its turn: the time is over, and it only waits for its end.
    func isKilled(_ actor: Actor) -> Bool {
        if actor.pointee.flags.has(.ending) { return false }
        if pointee.drain.isKilling { return true }
        var next = drainRoot(of: actor)
        while next != noActor {
            let root = pointee.actors + Int(next)
            if root.pointee.flags.has(.ending), root.pointee.flags.reason == Reason.killed { return true }
            next = root.life?.pointee.outerRoot ?? noActor
        }
        return false
    }

    /// Makes an actor part of the drain that goes on around it, and has it look for what is left to do.
    func joinDrain(_ actor: Actor) {
        if actor.details.pointee.marks.has(.draining) { return }
        actor.pointee.flags.insert(.poisoned)
        actor.details.pointee.marks.insert(.draining)
        noteBusy(actor)
        makeReady(actor)
        settleIfDown(actor)
    }

    /// An actor that waits for its restart has no turn to find out that it has nothing left to do.
    func settleIfDown(_ actor: Actor) {
        guard actor.pointee.flags.has(.poisoned), actor.pointee.flags.has(.suspended),
            actor.life?.pointee.stage == .down, actor.used == 0
        else { return }
        if !actor.details.pointee.marks.has(.draining) {
            beginEnding(actor, Reason.stopped, actor.cause(Reason.stopped))
        } else if !actor.hasStashed, !hasWaitingRequest(actor) {
            noteDone(actor)
        }
    }

    func noteBusy(_ actor: Actor) {
        let marks = actor.details.pointee.marks
        if !marks.has(.draining) || marks.has(.busy) { return }
        actor.details.pointee.marks.insert(.busy)
        changeBusy(above: actor, by: 1)
    }

    /// An actor has nothing to do any more, or is no more.
    func noteDone(_ actor: Actor) {
        guard actor.details.pointee.marks.has(.busy) else { return }
        actor.details.pointee.marks.remove(.busy)
        changeBusy(above: actor, by: -1)
    }

    private func changeBusy(above actor: Actor, by change: Int32) {
        var next = drainRoot(of: actor)
        while next != noActor {
            let root = pointee.actors + Int(next)
            guard let life = root.life else { break }
            next = life.pointee.outerRoot
            life.pointee.busy &+= UInt32(bitPattern: change)
            if life.pointee.busy == 0 { beginEnding(root, Reason.stopped, root.cause(Reason.stopped)) }
        }
        guard pointee.drain.stage == .waiting else { return }
        pointee.drain.busy &+= UInt32(bitPattern: change)
        if pointee.drain.busy == 0 { endDrained() }
    }

    /// A turn of a draining actor that found no message. Whether it rests now.
    func settleDrain(_ actor: Actor) -> Bool {
        if actor.used != 0 || actor.pointee.flags.has(.events) { return false }
        if !actor.hasStashed, !hasWaitingRequest(actor) { noteDone(actor) }
        if actor.pointee.flags.has(.halting) { return false }
        actor.pointee.flags.remove(.ready)
        if actor.pointee.ring != nil { restRing(actor) }
        return true
    }

    /// Requests come first among an actor's sources.
    private func hasWaitingRequest(_ actor: Actor) -> Bool {
        var next = actor.details.pointee.extras?.pointee.sources
        while let source = next, source.pointee.kind == .request {
            if !source.pointee.isPending { return true }
            next = source.pointee.next
        }
        return false
    }

    /// Whether a sender is of the family of a draining actor: of the smallest that is drained.
    func isFamily(_ sender: backstage_ref, of actor: Actor) -> Bool {
        guard actor.details.pointee.marks.has(.draining), let sender = self.actor(sender) else {
            return false
        }
        let root = drainRoot(of: actor)
        var next = drainRoot(of: sender)
        while next != root {
            if next == noActor { return false }
            next = (pointee.actors + Int(next)).life?.pointee.outerRoot ?? noActor
        }
        return true
    }

    /// An actor and all below it, parents before children.
    private func eachMember(of root: Actor, _ body: (Actor) -> Void) {
        var actor = root
        while true {
            body(actor)
            if let child = lastChild(of: actor) {
                actor = child
                continue
            }
            while actor != root, actor.details.pointee.previousSibling == noActor, let parent = actor.parent {
                actor = parent
            }
            if actor == root { return }
            actor = pointee.actors + Int(actor.details.pointee.previousSibling)
        }
    }
}
