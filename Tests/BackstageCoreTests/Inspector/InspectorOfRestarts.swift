@testable import BackstageCore

extension Inspector {
    /// How far an actor has come with its end, or restart, and what goes with that.
    func checkStages() {
        for actor in actors {
            let flags = actor.pointee.flags
            let stage = actor.life?.pointee.stage ?? .up
            if flags.has(.ending) {
                check(!flags.has(.restarting) && !flags.has(.suspended), "\(actor.ref) ends and restarts")
                check(flags.reason != 0, "\(actor.ref) ends for no reason")
            } else if flags.has(.restarting) {
                let isUndecided = flags.reason == Reason.normal
                check(isUndecided == (stage == .up), "\(actor.ref) restarts: \(stage), \(flags.reason)")
                check(isUndecided || flags.reason == 0, "\(actor.ref) restarts for a reason to end")
            } else {
                check(stage == .up && flags.reason == 0, "\(actor.ref) works on: \(stage), \(flags.reason)")
            }
            checkSuspended(actor, stage)
            checkPending(actor, stage)
            checkReceiveTimeout(of: actor)
        }
    }

    private func checkSuspended(_ actor: Actor, _ stage: RestartStage) {
        let flags = actor.pointee.flags
        let isDown = flags.has(.restarting) && stage == .down
        check(!isDown || flags.has(.suspended), "\(actor.ref) is down and has a turn")
        if isDown { checkDown(actor) }
        guard flags.has(.suspended), flags.has(.restarting) || !actor.isPending else { return }
        check(flags.has(.ready) && flags.has(.restarting), "\(actor.ref) is suspended, and at work")
        check(!flags.has(.parked), "\(actor.ref) is suspended and parked")
        check(stage == .down || stage == .waiting, "\(actor.ref) is suspended: \(stage)")
        guard let parent = actor.parent, !parent.pointee.flags.has(.halting) else { return }
        let isOneForOne = parent.supervision?.strategy == 0
        check(!isOneForOne || actor.ownSources(.backoff).count == 1, "\(actor.ref) waits for nothing")
        check(isOneForOne || isInGroup(actor, of: parent), "\(actor.ref) waits for no group")
    }

    /// Who has left something open waits for that, on no list, unless it ends or restarts.
    private func checkPending(_ actor: Actor, _ stage: RestartStage) {
        guard let unfinished = actor.life?.pointee.unfinished, unfinished.what != .none else { return }
        let flags = actor.pointee.flags
        check(stage != .down, "\(actor.ref) is down, and pends")
        check(unfinished.what != .message || actor.used > 0, "\(actor.ref) pends on no message")
        check(unfinished.what == .event || unfinished.source == 0, "\(actor.ref) pends on another's event")
        if flags.has(.halting) || engine.isKilled(actor) { return }
        check(flags.has(.ready), "\(actor.ref) pends and is at rest")
        let isFinished = unfinished.status != nil
        check(flags.has(.suspended) != isFinished, "\(actor.ref) pends and has a turn")
        check(!isFinished || flags.has(.interrupted), "\(actor.ref) is finished, and its turn will not know")
    }

    private func checkDown(_ actor: Actor) {
        let gone: [SourceKind] = [.timer, .io, .signal, .receiveTimeout, .groupBackoff]
        let hasKept = actor.ownSources.contains { gone.contains($0.pointee.kind) }
        check(!hasKept, "\(actor.ref) is down with timers")
        check(actor.details.pointee.lastChild == noActor, "\(actor.ref) is down with children")
        check(actor.life?.pointee.firstReceive == nil, "\(actor.ref) is down and not as it began")
    }

    private func isInGroup(_ actor: Actor, of supervisor: Actor) -> Bool {
        guard let group = supervisor.supervision?.group, group.stage != .none else { return false }
        let children = Array(engine.children(of: supervisor).reversed())
        guard let eldest = children.firstIndex(where: { $0.index == group.eldest }),
            let place = children.firstIndex(of: actor)
        else { return false }
        return place >= eldest
    }

    private func checkReceiveTimeout(of actor: Actor) {
        let sources = actor.ownSources(.receiveTimeout)
        let known = actor.life?.pointee.receiveTimeout
        check(sources == (known.map { [$0] } ?? []), "the receive timeout of \(actor.ref)")
        check(actor.pointee.flags.has(.timed) == (known != nil), "\(actor.ref) has a receive timeout or not")
    }
}
