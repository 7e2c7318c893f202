@testable import BackstageCore

extension Inspector {
    func checkSupervisions() {
        for actor in actors {
            for source in actor.ownSources(.backoff) {
                let isDown = actor.life?.pointee.stage == .down
                check(isDown, "\(source.token): \(actor.ref) waits to start, and is up")
            }
            check(actor.ownSources(.backoff).count <= 1, "\(actor.ref) waits twice to start")
            guard let supervision = actor.supervision else {
                check(actor.ownSources(.groupBackoff).isEmpty, "\(actor.ref) supervises nobody, and waits")
                continue
            }
            checkTimes(supervision, of: actor)
            checkTimer(supervision.group, of: actor)
            if !actor.pointee.flags.has(.halting) { check(supervision.group, of: actor) }
        }
    }

    /// The last restarts, from the oldest on.
    private func checkTimes(_ supervision: Supervision, of actor: Actor) {
        let (count, next, most) = (supervision.timesCount, supervision.timesNext, supervision.restartsMax)
        check(count <= most && next < most, "the restarts under \(actor.ref)")
        check(count == most || next == count, "the next restart under \(actor.ref)")
        let oldest = count == most ? next : 0
        let times = (0..<count).map { supervision.times[(oldest + $0) % most] }
        check(times == times.sorted(), "the times of restarts under \(actor.ref)")
        check((times.last ?? 0) <= engine.pointee.now, "a restart to come under \(actor.ref)")
    }

    private func checkTimer(_ group: RestartGroup, of supervisor: Actor) {
        let timers = supervisor.ownSources(.groupBackoff)
        if supervisor.pointee.flags.has(.halting) {
            check(timers.count <= 1, "\(supervisor.ref) waits twice to start its children")
        } else {
            check(timers == (group.timer.map { [$0] } ?? []), "the wait of a group under \(supervisor.ref)")
        }
    }

    /// Those after the cursor are down, the others wait for that.
    private func check(_ group: RestartGroup, of supervisor: Actor) {
        let children = Array(engine.children(of: supervisor).reversed())
        let eldest = children.firstIndex { $0.index == group.eldest }
        let cursor = children.firstIndex { $0.index == group.cursor }
        check(group.eldest == noActor || eldest != nil, "the eldest of a group under \(supervisor.ref)")
        check(group.cursor == noActor || cursor != nil, "the next of a group under \(supervisor.ref)")
        switch group.stage {
        case .none:
            let isEmpty = eldest == nil && cursor == nil && group.timer == nil
            check(isEmpty, "\(supervisor.ref) has a group of none")
        case .stopping:
            check(group.timer == nil, "\(supervisor.ref) waits to start whom it has yet to stop")
            guard let eldest, let cursor, eldest <= cursor else {
                return check(false, "the group under \(supervisor.ref) goes nowhere")
            }
            for child in children[eldest...cursor] {
                check(child.pointee.flags.has(.halting), "\(child.ref) works on while its group stops")
            }
            checkAreDown(children[(cursor + 1)...])
        case .waiting:
            check(group.timer != nil && cursor == nil, "the group under \(supervisor.ref) waits for nothing")
            if let eldest { checkAreDown(children[eldest...]) }
        }
    }

    /// But for those who end, or were born since.
    private func checkAreDown(_ children: ArraySlice<Actor>) {
        for child in children where child.pointee.flags.has(.restarting) {
            let stage = child.life?.pointee.stage ?? .up
            check(stage == .down || stage == .up, "\(child.ref) should be down: \(stage)")
        }
    }
}
