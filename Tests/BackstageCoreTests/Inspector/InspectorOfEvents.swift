@testable import BackstageCore

extension Inspector {
    /// Sources are their owner's, found by their tokens, and in the lane if they are pending. Who waits
    /// for an actor is on its list, and knows it.
    func checkSources() {
        for actor in actors {
            checkLinks(actor.ownSources) { $0.pointee.previous }
            checkLane(of: actor)
            for source in actor.ownSources { check(source, of: actor) }
            checkLinks(actor.peers) { $0.pointee.peerPrevious }
            for peer in actor.peers {
                let waits = [.monitor, .request].contains(peer.pointee.kind) && !peer.pointee.isPending
                check(waits && peer.pointee.target == actor.ref, "a peer of \(actor.ref)")
                check(peer.pointee.owner.isLiving, "a peer of \(actor.ref) has ended")
            }
        }
    }

    private func checkLane(of actor: Actor) {
        let lane = actor.eventLane
        checkLinks(lane) { $0.pointee.lanePrevious }
        check(actor.lastInLane == lane.last, "the last event of \(actor.ref)")
        check(actor.pointee.flags.has(.events) == !lane.isEmpty, "\(actor.ref) has events or not")
        check(Set(lane) == Set(actor.ownSources.filter(\.pointee.isPending)), "the lane of \(actor.ref)")
    }

    private func check(_ source: Source, of actor: Actor) {
        check(source.pointee.owner == actor, "a source of another")
        check(engine.pointee.sources.find(source.token) == source, "a source is not found")
        let isTimed = source.pointee.heapIndex != noTimer
        let isPending = source.pointee.isPending
        switch source.pointee.kind {
        case .timer: check(isTimed || isPending, "a timer neither waits nor is due")
        case .request: check(!isTimed || !isPending, "a request waits and has failed")
        default: check(!isTimed, "something else waits for its time")
        }
        guard [.monitor, .request].contains(source.pointee.kind), !isPending else { return }
        let target = engine.actor(source.pointee.target)
        check(target?.peers.contains(source) == true, "\(actor.ref) waits for nobody")
    }

    /// As many sources wait for their time as the heap holds.
    func checkTimers() {
        let timed = actors.flatMap(\.ownSources).filter { $0.pointee.heapIndex != noTimer }
        check(engine.pointee.timers.count == timed.count, "the count of timers")
        let first = timed.map(\.pointee.deadline).min() ?? .max
        check(engine.pointee.timers.deadline == first, "the first timer")
    }
}
