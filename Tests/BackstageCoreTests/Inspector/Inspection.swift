@testable import BackstageCore

// Where the engine keeps what its tests look at.

/// All of a list, in order; one that runs in a circle ends where it comes back to.
private func walk<Record: Hashable>(_ first: Record?, _ next: (Record) -> Record?) -> [Record] {
    var found: [Record] = []
    var seen: Set<Record> = []
    var record = first
    while let this = record {
        found.append(this)
        if !seen.insert(this).inserted { break }
        record = next(this)
    }
    return found
}

extension Engine {
    /// Every living actor, in order of place.
    var livingActors: [Actor] {
        (0..<Int(pointee.actorCount)).map { pointee.actors + $0 }.filter { $0.isLiving }
    }

    /// Requests from outside that wait for an answer.
    var outsideRequests: [Source] {
        livingActors.flatMap(\.peers).filter { $0.pointee.kind == .outside }
    }

    func actor(at index: UInt32) -> Actor? { index == noActor ? nil : pointee.actors + Int(index) }

    /// Who waits for a turn, in order.
    var readyActors: [Actor] { readyList.filter { !$0.isRound } }

    /// Actors, and rounds of turns.
    var readyList: [Actor] { walk(pointee.readyFirst) { $0.pointee.next } }

    var rounds: [RoundPointer] { readyList.filter { $0.isRound }.map { RoundPointer(OpaquePointer($0)) } }

    /// Places that the next actors get, in order.
    var freePlaces: [Actor] { walk(pointee.freeActors) { $0.pointee.next } }

    /// The last born first; of nobody, those without a parent.
    func children(of parent: Actor?) -> [Actor] {
        let last = parent?.details.pointee.lastChild ?? pointee.lastParentless
        return walk(actor(at: last)) { actor(at: $0.details.pointee.previousSibling) }
    }

    var allKinds: [UnsafeMutablePointer<Kind>] {
        var all: [UnsafeMutablePointer<Kind>] = []
        pointee.kinds.forEach { all.append($0) }
        return all
    }

    func members(of kind: UnsafeMutablePointer<Kind>) -> [Actor] {
        walk(actor(at: kind.pointee.first)) { actor(at: $0.details.pointee.kindNext) }
    }

    var allPublishers: [UnsafeMutablePointer<Publisher>] {
        var all: [UnsafeMutablePointer<Publisher>] = []
        pointee.publishers.forEach { all.append($0) }
        return all
    }

    var allTopics: [Topic] { allPublishers.flatMap { topics(of: $0) } }

    func topics(of publisher: UnsafeMutablePointer<Publisher>) -> [Topic] {
        let main = publisher.pointee.defaultTopic.map { [$0] } ?? []
        return main + list(publisher.pointee.named) + list(publisher.pointee.patterns)
    }

    func list(_ first: Topic?) -> [Topic] { walk(first) { $0.pointee.next } }
}

extension Actor {
    /// What is queued, the oldest first, but what a round promises.
    var queue: [Envelope] { (promised..<used).map { slot(pointee.head &+ $0) } }

    /// Messages queued that nobody has written.
    var promised: UInt32 { round == nil ? 0 : 1 }

    /// What is set aside, the oldest first.
    var aside: [Envelope] {
        guard let stash = life?.pointee.stash, let slots = stash.slots else { return [] }
        return (0..<Int(stash.count)).map { slots + $0 }
    }

    /// Slots of the ring, or of the next one.
    var ringSize: Int { Int(pointee.mask) + 1 }

    /// Makes it look as if so many rounds more had gone through the ring.
    func advancePositions(by rounds: UInt32) {
        let messages = rounds &* UInt32(ringSize)
        pointee.head &+= messages
        pointee.tail &+= messages
        details.pointee.handled &-= UInt64(messages)
    }

    private var extras: ActorExtras? { details.pointee.extras?.pointee }

    var supervision: Supervision? { life?.pointee.supervision?.pointee }

    func ownSources(_ kind: SourceKind) -> [Source] { ownSources.filter { $0.pointee.kind == kind } }

    /// This actor and those above it.
    var line: [Actor] { walk(self) { $0.parent } }

    var ownSources: [Source] { walk(extras?.sources) { $0.pointee.next } }
    var eventLane: [Source] { walk(extras?.laneFirst) { $0.pointee.laneNext } }
    var lastInLane: Source? { extras?.laneLast }
    var peers: [Source] { walk(extras?.peers) { $0.pointee.peerNext } }
    var subscriptions: [UnsafeMutablePointer<Subscription>] {
        walk(extras?.subscriptions) { $0.pointee.next }
    }
}

extension Envelope {
    var carriesBlock: Bool { pointee.reserved & Carries.block != 0 }
    var isToBeSetAside: Bool { pointee.reserved & Carries.stash != 0 }
    var carriesTopic: Bool { pointee.reserved & Carries.topic != 0 }
}
