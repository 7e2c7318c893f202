import CBackstage

extension Engine {
    /// What comes before messages in a turn: the start, the end, and events. False if the actor's
    /// turn is over, and seen to.
    @inline(never)
    func attend(_ actor: Actor) -> Bool {
        // Only its end is left.
        if actor.pointee.flags.has(.ending), !actor.pointee.flags.has(.suspended) {
            end(actor)
            return false
        }
        if actor.pointee.flags.has(.poisoned), isKilled(actor) {
            actor.pointee.flags.remove(.ready)
            return false
        }
        if actor.pointee.flags.has(.interrupted) {
            actor.pointee.flags.remove(.interrupted)
            if !actor.pointee.flags.has(.halting) { conclude(actor) }
        }
        pointee.hasYielded = false
        if actor.pointee.flags.has(.starting), !actor.pointee.flags.has(.halting) { start(actor) }
        if actor.pointee.flags.has(.timed) { noteCame(actor) }
        if actor.pointee.flags.has(.events) { handleEvents(actor) }
        if actor.pointee.flags.has(.suspended) {
            if actor.used == 0, actor.pointee.ring != nil { restRing(actor) }
            return false
        }
        if actor.pointee.flags.has(.poisoned), !actor.pointee.flags.has(.halting), leave(actor) {
            return false
        }
        if actor.pointee.flags.has(.halting) {
            halt(actor)
            return false
        }
        if pointee.stopRequested || pointee.hasYielded {
            endTurn(actor)
            return false
        }
        return true
    }

    /// Whether an actor with nothing queued may rest.
    @inline(never)
    func settle(_ actor: Actor) -> Bool {
        if actor.pointee.flags.has(.timed) { noteDoneWithAll(actor) }
        return !actor.pointee.flags.has(.unfinished)
    }

    private func start(_ actor: Actor) {
        actor.pointee.flags.remove(.starting)
        guard let initialize = actor.details.pointee.initialize else { return }
        pointee.untilLook &-= 1
        let status = initialize(actor.context, actor.pointee.state)
        if status < 0 { fail(actor, status, inInit: true) }
        if status == .yield { pointee.hasYielded = true }
        if status == .pending, pend(actor, .start) == nil { fail(actor, .noMemory, inInit: true) }
    }

    /// The turn of an actor that was poisoned, or is drained. Whether it rests.
    private func leave(_ actor: Actor) -> Bool {
        if actor.details.pointee.marks.has(.draining) { return settleDrain(actor) }
        if actor.used == 0 { beginEnding(actor, Reason.stopped, actor.cause(Reason.stopped)) }
        return false
    }

    /// The turn of an actor that ends or restarts.
    private func halt(_ actor: Actor) {
        let isUndecided = !actor.pointee.flags.has(.ending) && actor.pointee.flags.reason == Reason.normal
        if isUndecided { decideShutdown(actor) }
        if !actor.pointee.flags.has(.ending), actor.life?.pointee.stage == .waiting {
            actor.pointee.flags.insert(.suspended)
        } else {
            end(actor)
        }
    }
}
