import CBackstage

// What follows on a failure. A supervisor decides; or it passes the failure on to its own.

extension Engine {
    /// A callback returned a negative status. An `init` that failed leaves nothing to go on with.
    func fail(_ actor: Actor, _ status: Status, inInit: Bool = false) {
        pointee.failures &+= 1
        logFailure(actor, "failed", status)
        if actor.pointee.flags.has(.ending) { return }
        // It wanted to shut down: that is settled at its next turn.
        if actor.pointee.flags.has(.restarting) { return }
        decide(Failure(actor: actor, status: status, canResume: !inInit))
    }

    /// A permanent child shut itself down.
    func decideShutdown(_ actor: Actor) {
        actor.pointee.flags.remove(.restarting)
        actor.pointee.flags.reason = 0
        guard let supervisor = supervisor(of: actor), !actor.pointee.flags.has(.poisoned) else {
            return beginEnding(actor, Reason.normal, actor.cause(Reason.normal))
        }
        if countRestart(supervisor) { return restart(actor, under: supervisor, actor.cause(Reason.normal)) }
        beginEnding(actor, Reason.normal, actor.cause(Reason.normal))
        logLine(UInt32(BACKSTAGE_LOG_ERROR), "too many restarts under", supervisor)
        decide(Failure(actor: supervisor, status: .limit, isEscalated: true))
    }

    /// Finds out what is to become of an actor that has failed, or whose child's failure is its own.
    private func decide(_ failure: Failure) {
        var failing = failure.actor
        var isEscalated = failure.isEscalated
        while let supervisor = supervisor(of: failing) {
            let directive = directive(of: supervisor, for: failing, failure.status)
            // The callback may have stopped it, or the supervisor.
            let isEscalation = directive == UInt32(BACKSTAGE_DIRECTIVE_ESCALATE)
            if failing.pointee.flags.has(.ending), !isEscalation { return endFailed(failure, below: failing) }
            if supervisor.pointee.flags.has(.ending) { break }
            switch Int(directive) {
            case BACKSTAGE_DIRECTIVE_RESUME where failure.canResume || failing != failure.actor:
                if !failure.canResume { beginEnding(failure.actor, Reason.failed, failure.cause) }
                return
            case BACKSTAGE_DIRECTIVE_RESTART, BACKSTAGE_DIRECTIVE_RESUME:
                if failing.details.pointee.marks.restart == UInt32(BACKSTAGE_RESTART_TEMPORARY) {
                    return endFailed(failure, upTo: failing)
                }
                if countRestart(supervisor) {
                    endFailed(failure, below: failing)
                    return restart(failing, under: supervisor, failure.cause)
                }
                logLine(UInt32(BACKSTAGE_LOG_ERROR), "too many restarts under", supervisor)
            case BACKSTAGE_DIRECTIVE_ESCALATE: break
            default: return endFailed(failure, upTo: failing)
            }
            failing = supervisor
            isEscalated = true
        }
        endFailed(failure, upTo: failing)
        if isEscalated, failing.parent == nil { endRun(failure.status) }
    }

    /// Who decides on an actor's failures, if anybody does.
    func supervisor(of actor: Actor) -> Actor? {
        guard let parent = actor.parent, parent.life?.pointee.supervision != nil,
            !parent.pointee.flags.has(.ending), !parent.pointee.flags.has(.restarting)
        else { return nil }
        return parent
    }

    private func directive(of supervisor: Actor, for child: Actor, _ status: Status) -> backstage_directive {
        guard let supervision = supervisor.life?.pointee.supervision else {
            return UInt32(BACKSTAGE_DIRECTIVE_STOP)
        }
        guard let decide = supervision.pointee.decide else { return supervision.pointee.directive }
        pointee.untilLook &-= 1
        let restarts = child.life?.pointee.restarts ?? 0
        return decide(supervisor.context, child.ref, status, restarts, supervisor.pointee.state)
    }

    private func countRestart(_ supervisor: Actor) -> Bool {
        let now = freshNow()
        return supervisor.life?.pointee.supervision?.pointee.countRestart(at: now) ?? false
    }

    /// Ends whom the failure passed through, up to an actor and with it, or below it.
    private func endFailed(_ failure: Failure, upTo last: Actor) {
        endFailed(failure, below: last)
        beginEnding(last, Reason.failed, failure.cause)
    }

    private func endFailed(_ failure: Failure, below end: Actor) {
        var actor = failure.actor
        while actor != end, let parent = actor.parent {
            beginEnding(actor, Reason.failed, failure.cause)
            actor = parent
        }
    }
}

/// A failure on its way up.
private struct Failure {
    let actor: Actor
    let status: Status
    var canResume = true
    /// A supervisor gives up: no callback of its own failed.
    var isEscalated = false

    var cause: Cause { actor.cause(Reason.failed, status) }
}
