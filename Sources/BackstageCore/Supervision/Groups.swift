import CBackstage

// One-for-all and rest-for-one: siblings go down in reverse order of birth, one after the other, and
// come up in order of birth.

/// The restart of a supervisor's children as a group: from `eldest` to the last born.
struct RestartGroup {
    enum Stage { case none, stopping, waiting }

    var stage = Stage.none
    var eldest = noActor
    /// Who goes down now; all born later have.
    var cursor = noActor
    var delay: UInt64 = 0
    var cause = Cause()
    var timer: Source?
}

extension Engine {
    func restartGroup(
        of supervisor: Actor, _ supervision: UnsafeMutablePointer<Supervision>, for failing: Actor,
        _ cause: Cause
    ) {
        // Who fails while a group restarts is no part of it: born before, or since. It grows.
        let former = supervision.pointee.group
        if let timer = former.timer { cancel(timer) }
        var group = RestartGroup(stage: .stopping, cause: cause)
        if let life = failing.makeLife() { group.delay = backoffDelay(life, supervision) }
        group.cursor = supervisor.details.pointee.lastChild
        let isForAll = supervision.pointee.strategy == UInt32(BACKSTAGE_ONE_FOR_ALL)
        var isElderToCome = former.eldest != noActor
        var isFailingToCome = true
        var next = group.cursor
        while next != noActor {
            let child = pointee.actors + Int(next)
            enlist(child, cause)
            group.eldest = next
            if next == former.eldest { isElderToCome = false }
            if child == failing { isFailingToCome = false }
            let isEldest = !isForAll && !isElderToCome && !isFailingToCome
            next = isEldest ? noActor : child.details.pointee.previousSibling
        }
        supervision.pointee.group = group
        advanceGroup(of: supervisor, supervision)
    }

    /// Makes a child part of the group: from now on it handles nothing.
    private func enlist(_ child: Actor, _ cause: Cause) {
        if child.pointee.flags.has(.ending) { return }
        guard let life = child.makeLife() else { return endForWantOfMemory(child, cause) }
        if child.pointee.flags.has(.restarting), life.pointee.stage != .up { return }
        child.pointee.flags.reason = 0
        child.pointee.flags.insert(.restarting)
        life.pointee.cause = cause
        life.pointee.stage = .waiting
        if child.pointee.flags.has(.ready) { return }
        child.pointee.flags.insert(.ready)
        child.pointee.flags.insert(.suspended)
    }

    /// Lets the next one go down; when all have, starts them, at once or later.
    func advanceGroup(of supervisor: Actor, _ supervision: UnsafeMutablePointer<Supervision>) {
        guard supervision.pointee.group.stage == .stopping, !supervisor.pointee.flags.has(.halting) else {
            return
        }
        while supervision.pointee.group.cursor != noActor {
            let child = pointee.actors + Int(supervision.pointee.group.cursor)
            if !hasGone(child, supervision) { return }
            let isLast = child.index == supervision.pointee.group.eldest
            supervision.pointee.group.cursor = isLast ? noActor : child.details.pointee.previousSibling
        }
        let delay = supervision.pointee.group.delay
        supervision.pointee.group.stage = .waiting
        if delay > 0 { supervision.pointee.group.timer = startBackoff(.groupBackoff, for: supervisor, delay) }
        if supervision.pointee.group.timer == nil { startGroup(of: supervisor, supervision) }
    }

    /// Whether a child is out of the way; if not it is told to go.
    private func hasGone(_ child: Actor, _ supervision: UnsafeMutablePointer<Supervision>) -> Bool {
        if child.pointee.flags.has(.ending) { return false }
        guard child.pointee.flags.has(.restarting), let life = child.life else { return true }
        switch life.pointee.stage {
        case .down, .up: return true
        case .stopping: return false
        case .waiting: break
        }
        if child.details.pointee.marks.restart == UInt32(BACKSTAGE_RESTART_TEMPORARY) {
            beginEnding(child, Reason.stopped, supervision.pointee.group.cause)
            return false
        }
        life.pointee.stage = .stopping
        if child.pointee.flags.has(.suspended) {
            child.pointee.flags.remove(.suspended)
            enqueueReady(child)
        }
        return false
    }

    func startGroup(of supervisor: Actor, _ supervision: UnsafeMutablePointer<Supervision>) {
        var next = supervision.pointee.group.eldest
        supervision.pointee.group = RestartGroup()
        while next != noActor {
            let child = pointee.actors + Int(next)
            next = child.details.pointee.nextSibling
            if child.pointee.flags.has(.restarting) { comeUp(child) }
        }
    }

    /// A child is about to leave its family. The supervision, if its group waited for that.
    func leaveGroup(_ child: Actor) -> UnsafeMutablePointer<Supervision>? {
        guard let supervision = child.parent?.life?.pointee.supervision,
            supervision.pointee.group.stage != .none
        else { return nil }
        let index = child.index
        let isEldest = supervision.pointee.group.eldest == index
        if isEldest { supervision.pointee.group.eldest = child.details.pointee.nextSibling }
        guard supervision.pointee.group.cursor == index else { return nil }
        supervision.pointee.group.cursor = isEldest ? noActor : child.details.pointee.previousSibling
        return supervision
    }
}
