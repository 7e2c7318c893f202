import CBackstage

extension Engine {
    /// What comes before messages in a turn: the start, the end, and events. False if the actor's
    /// turn is over, and seen to.
    @inline(never)
    func attend(_ actor: Actor) -> Bool {
        if actor.pointee.flags.has(.starting) { start(actor) }
        if actor.pointee.flags.has(.events), !actor.pointee.flags.has(.ending) { handleEvents(actor) }
        if actor.pointee.flags.has(.poisoned), actor.used == 0 { beginEnding(actor, Reason.stopped, .ok) }
        if actor.pointee.flags.has(.ending) {
            end(actor)
            return false
        }
        if pointee.stopRequested {
            endTurn(actor)
            return false
        }
        return true
    }

    private func start(_ actor: Actor) {
        actor.pointee.flags.remove(.starting)
        guard let initialize = actor.details.pointee.initialize, !actor.pointee.flags.has(.ending) else {
            return
        }
        pointee.untilLook &-= 1
        let status = initialize(actor.context, actor.pointee.state)
        if status < 0 { fail(actor, status) }
    }

    /// A callback returned a negative status.
    func fail(_ actor: Actor, _ status: Status) {
        pointee.failures &+= 1
        logFailure(actor, "failed", status)
        beginEnding(actor, Reason.failed, status)
    }
}
