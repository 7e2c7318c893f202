import Testing

@testable import BackstageCore

extension Actor {
    private var extras: ActorExtras? { details.pointee.extras?.pointee }

    var ownSources: [Source] { walk(extras?.sources, \.next, \.previous) }
    var eventLane: [Source] { walk(extras?.laneFirst, \.laneNext, \.lanePrevious) }
    var peers: [Source] { walk(extras?.peers, \.peerNext, \.peerPrevious) }
    var lastInLane: Source? { extras?.laneLast }

    /// All that a doubly linked list holds; every link must go both ways.
    private func walk(
        _ first: Source?, _ next: KeyPath<EventSource, Source?>, _ previous: KeyPath<EventSource, Source?>
    ) -> [Source] {
        var found: [Source] = []
        var source = first
        while let this = source, found.count < 100_000 {
            #expect(this.pointee[keyPath: previous] == found.last)
            found.append(this)
            source = this.pointee[keyPath: next]
        }
        return found
    }
}

extension Engine {
    /// Sources are their owner's, found by their tokens, and in the lane if they are pending.
    func expectSources(of actor: Actor) {
        let sources = actor.ownSources
        let lane = actor.eventLane
        #expect(actor.lastInLane == lane.last)
        #expect(actor.pointee.flags.has(.events) == !lane.isEmpty)
        #expect(Set(lane) == Set(sources.filter(\.pointee.isPending)))
        for source in sources {
            #expect(source.pointee.owner == actor)
            #expect(pointee.sources.find(source.token) == source)
            let isTimed = source.pointee.heapIndex != noTimer
            switch source.pointee.kind {
            case .timer: #expect(isTimed || source.pointee.isPending)
            case .request: #expect(!(isTimed && source.pointee.isPending))
            default: #expect(!isTimed)
            }
        }
    }

    /// Who waits for an actor is on its list, and knows it.
    func expectPeers(of actor: Actor) {
        for peer in actor.peers {
            #expect(peer.pointee.kind == .monitor || peer.pointee.kind == .request)
            #expect(peer.pointee.target == actor.ref)
            #expect(!peer.pointee.isPending)
            #expect(peer.pointee.owner.isLiving)
        }
        for source in actor.ownSources where [.monitor, .request].contains(source.pointee.kind) {
            if source.pointee.isPending { continue }
            let target = self.actor(source.pointee.target)
            #expect(target != nil && target!.peers.contains(source))
        }
    }

    /// As many sources wait for their time as the heap holds.
    func expectTimers() {
        let timed = livingActors.flatMap(\.ownSources).filter { $0.pointee.heapIndex != noTimer }
        #expect(pointee.timers.count == timed.count)
        #expect(pointee.timers.deadline == timed.map(\.pointee.deadline).min() ?? .max)
    }
}
