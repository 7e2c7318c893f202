@testable import BackstageCore

extension Inspector {
    /// Sources are their owner's, found by their tokens, and in the lane if they are pending. Who waits
    /// for an actor is on its list, and knows it.
    func checkSources() {
        for actor in actors {
            checkOwnSources(of: actor)
            checkLane(of: actor)
            for source in actor.ownSources { check(source, of: actor) }
            checkLinks(actor.peers) { $0.pointee.peerPrevious }
            for peer in actor.peers { check(peer: peer, of: actor) }
        }
    }

    /// Requests come first, and before the first comes the last.
    private func checkOwnSources(of actor: Actor) {
        let sources = actor.ownSources
        for (place, source) in sources.enumerated() {
            let previous = sources[place == 0 ? sources.count - 1 : place - 1]
            check(source.pointee.previous == previous, "a link back among the sources of \(actor.ref)")
        }
        let kinds = sources.map { $0.pointee.kind == .request }
        check(kinds == kinds.sorted { $0 && !$1 }, "a request of \(actor.ref) comes after others")
    }

    private func check(peer: Source, of actor: Actor) {
        let kind = peer.pointee.kind
        let waits = [.monitor, .request, .outside].contains(kind) && !peer.pointee.isPending
        check(waits && peer.pointee.target == actor.ref, "a peer of \(actor.ref)")
        check(engine.pointee.sources.find(peer.token) == peer, "a peer is not found")
        if kind == .outside {
            check(peer.pointee.outside?.isAnswered == false, "an answered request still waits")
        } else {
            check(peer.pointee.owner.isLiving, "a peer of \(actor.ref) has ended")
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
        case .receiveTimeout: check(isTimed, "a receive timeout does not wait")
        case .backoff, .groupBackoff, .drain: check(isTimed && !isPending, "a wait is over, or has no end")
        case .monitor, .notice, .io, .signal: check(!isTimed, "something else waits for its time")
        case .hostIO, .outside, .engineDrain, .none: check(false, "a source of nobody's is \(actor.ref)'s")
        }
        guard [.monitor, .request].contains(source.pointee.kind), !isPending else { return }
        let target = engine.actor(source.pointee.target)
        check(target?.peers.contains(source) == true, "\(actor.ref) waits for nobody")
    }

    /// As many sources wait for their time as the heap holds.
    func checkTimers() {
        let ownerless = engine.outsideRequests + (engine.pointee.drain.deadline.map { [$0] } ?? [])
        let timed = (actors.flatMap(\.ownSources) + ownerless).filter { $0.pointee.heapIndex != noTimer }
        check(engine.pointee.timers.count == timed.count, "the count of timers")
        let first = timed.map(\.pointee.deadline).min() ?? .max
        check(engine.pointee.timers.deadline == first, "the first timer")
    }
}
