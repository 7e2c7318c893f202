import CBackstage

// How an actor restarts: down, with its children ended and what it had started taken away; perhaps a
// wait; and up again.

enum RestartStage: UInt8 {
    case up
    /// Part of a group, and it is not its turn to go down.
    case waiting
    case stopping
    /// Between `deinit` and `init`.
    case down
}

extension Engine {
    /// Restarts an actor, and whom else the strategy says.
    func restart(_ actor: Actor, under supervisor: Actor, _ cause: Cause) {
        guard let supervision = supervisor.life?.pointee.supervision else { return }
        if supervision.pointee.strategy != UInt32(BACKSTAGE_ONE_FOR_ONE) {
            return restartGroup(of: supervisor, supervision, for: actor, cause)
        }
        guard let life = actor.makeLife() else { return endForWantOfMemory(actor, cause) }
        life.pointee.cause = cause
        life.pointee.stage = .stopping
        actor.pointee.flags.reason = 0
        actor.pointee.flags.insert(.restarting)
        wake(actor)
    }

    func endForWantOfMemory(_ actor: Actor, _ cause: Cause) {
        logLine(UInt32(BACKSTAGE_LOG_ERROR), "no memory to restart", actor)
        let isOrigin = cause.origin == actor.ref && cause.reason == Reason.failed
        beginEnding(actor, isOrigin ? Reason.failed : Reason.stopped, cause)
    }

    /// The end of an actor's incarnation: it has no children left.
    func goDown(_ actor: Actor) {
        giveUpPending(of: actor)
        if !actor.pointee.flags.has(.starting) { runDeinitialize(actor, Reason.restarted) }
        if actor.pointee.flags.has(.ending) { return enqueueReady(actor) }
        guard let life = actor.life else { return }
        cancelUnlessKept(by: actor)
        resetReceive(actor, life)
        _ = reclaimStash(of: actor)
        if actor.used == 0, actor.pointee.ring != nil { restRing(actor) }
        actor.pointee.flags.insert(.suspended)
        life.pointee.stage = .down
        settleIfDown(actor)
        if actor.pointee.flags.has(.ending) { return }
        guard let supervisor = supervisor(of: actor), let supervision = supervisor.life?.pointee.supervision
        else { return }
        if supervision.pointee.strategy != UInt32(BACKSTAGE_ONE_FOR_ONE) {
            return advanceGroup(of: supervisor, supervision)
        }
        let delay = backoffDelay(life, supervision)
        if delay == 0 || startBackoff(.backoff, for: actor, delay) == nil { comeUp(actor) }
    }

    /// Ends what does not survive a restart: timers and watchers.
    private func cancelUnlessKept(by actor: Actor) {
        actor.life?.pointee.supervision?.pointee.beginAnew()
        var next = actor.details.pointee.extras?.pointee.sources
        while let source = next {
            next = source.pointee.next
            switch source.pointee.kind {
            case .timer, .io, .signal, .receiveTimeout, .backoff, .groupBackoff: cancel(source)
            default: break
            }
        }
    }

    /// Nil without memory: then there is no wait.
    func startBackoff(_ kind: SourceKind, for owner: Actor, _ delay: UInt64) -> Source? {
        guard pointee.timers.reserve(in: self), let source = makeSource(kind, for: owner) else { return nil }
        startTimeout(source, after: delay)
        return source
    }

    func expireBackoff(_ source: Source) {
        let actor = source.pointee.owner
        dispose(of: source)
        if supervisor(of: actor) != nil { comeUp(actor) }
    }

    func expireGroupBackoff(_ source: Source) {
        let supervisor = source.pointee.owner
        dispose(of: source)
        guard let supervision = supervisor.life?.pointee.supervision, !supervisor.pointee.flags.has(.halting)
        else { return }
        startGroup(of: supervisor, supervision)
    }

    /// Starts an actor again that is down.
    func comeUp(_ actor: Actor) {
        guard let life = actor.life, life.pointee.stage == .down, !actor.pointee.flags.has(.ending),
            !pointee.isDestroying
        else { return }
        life.pointee.stage = .up
        life.pointee.startedAt = pointee.now
        life.pointee.restarts += 1
        pointee.restarts += 1
        actor.pointee.flags.remove(.restarting)
        actor.pointee.flags.remove(.suspended)
        if actor.details.pointee.initialize != nil { actor.pointee.flags.insert(.starting) }
        enqueueReady(actor)
    }
}
