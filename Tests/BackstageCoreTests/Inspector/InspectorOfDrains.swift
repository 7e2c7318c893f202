@testable import BackstageCore

extension Inspector {
    /// Who is below one that is drained is draining, and counted for as long as it has something to do.
    func checkDrains() {
        let isEngineDrained = engine.pointee.drain.stage != .none
        for actor in actors {
            let marks = actor.details.pointee.marks
            let isBelow = actor.line.contains { $0.life?.pointee.isDrained == true } || isEngineDrained
            let isKilled = actor.line.contains {
                $0.pointee.flags.has(.ending) && $0.pointee.flags.reason == Reason.killed
            }
            check(!isBelow || marks.has(.draining), "\(actor.ref) is not draining")
            check(!marks.has(.draining) || isBelow || isKilled, "\(actor.ref) is draining")
            check(!marks.has(.busy) || marks.has(.draining), "\(actor.ref) is busy and not draining")
            if isBelow, !isKilled { checkDraining(actor) }
            checkRoots(of: actor)
            checkDeadline(of: actor)
            if actor.life?.pointee.isDrained == true { checkFamily(of: actor) }
        }
        checkEngineDrain()
    }

    /// Who is drained with a family knows the root of the smallest, and that the next larger one's.
    private func checkRoots(of actor: Actor) {
        let roots = actor.line.filter { $0.life?.pointee.isDrained == true }.map(\.index)
        check(engine.drainRoot(of: actor) == roots.first ?? noActor, "the root of \(actor.ref)")
        guard actor.life?.pointee.isDrained == true else { return }
        let outer = actor.life?.pointee.outerRoot
        check(outer == roots.dropFirst().first ?? noActor, "the root around \(actor.ref)")
    }

    private func checkDraining(_ actor: Actor) {
        let flags = actor.pointee.flags
        check(flags.has(.poisoned), "\(actor.ref) is draining and takes what comes")
        if flags.has(.ending) || actor.details.pointee.marks.has(.busy) { return }
        let waits = actor.ownSources(.request).contains { !$0.pointee.isPending }
        let isDone = actor.used + actor.stashed == 0 && !waits && !actor.isPending
        check(isDone, "\(actor.ref) is not done, and not busy")
    }

    private func checkDeadline(of actor: Actor) {
        let deadline = actor.life?.pointee.drainDeadline
        check(actor.ownSources(.drain) == (deadline.map { [$0] } ?? []), "the deadline of \(actor.ref)")
        let isDrained = actor.life?.pointee.isDrained == true
        check(deadline == nil || isDrained, "\(actor.ref) has a deadline for nothing")
    }

    private func checkFamily(of root: Actor) {
        let family = actors.filter { $0.line.contains(root) }
        let busy = family.count { $0.details.pointee.marks.has(.busy) }
        let counted = Int(root.life?.pointee.busy ?? 0)
        check(counted == busy, "the busy ones of the family of \(root.ref): \(busy), not \(counted)")
        check(busy > 0 || root.pointee.flags.has(.ending), "\(root.ref) is drained and lives on")
    }

    private func checkEngineDrain() {
        let drain = engine.pointee.drain
        if let deadline = drain.deadline {
            check(deadline.pointee.kind == .engineDrain, "the engine's deadline is another's")
            check(deadline.pointee.heapIndex != noTimer, "the engine's deadline never comes")
            check(drain.stage != .none, "the engine has a deadline for nothing")
        }
        switch drain.stage {
        case .none: check(!drain.isKilling && drain.busy == 0, "the engine is not drained, or is")
        case .waiting:
            let busy = actors.count { $0.details.pointee.marks.has(.busy) }
            check(Int(drain.busy) == busy && busy > 0, "\(drain.busy) are said to be busy: \(busy)")
        case .ending:
            let last = engine.children(of: nil).first
            check(last?.pointee.flags.has(.ending) == true, "the engine is drained and lives on")
        }
    }
}
