@testable import BackstageCore

extension Inspector {
    /// Every place is taken, free or used up, and every id leads to its actor.
    func checkPlaces() {
        check(Int(engine.pointee.living) == actors.count, "the count of living actors")
        let free = engine.freePlaces
        check(Set(free).count == free.count, "the free places run in a circle")
        check(free.allSatisfy { !$0.isLiving }, "somebody lives in a free place")
        let places = (0..<Int(engine.pointee.actorCount)).map { engine.pointee.actors + $0 }
        let usedUp = places.count { $0.pointee.generation == 0 }
        check(actors.count + free.count + usedUp == places.count, "a place is lost")
        let named = actors.filter { $0.details.pointee.id != nil }
        check(engine.pointee.registry.count == named.count, "the count of ids")
        for actor in named {
            let name = engine.name(actor.id)
            check(name.flatMap { engine.actor(named: $0) } == actor, "the id of \(actor.ref)")
        }
    }

    /// Every actor is once a child of its parent, or among the parentless.
    func checkFamilies() {
        checkChildren(of: nil)
        for actor in actors { checkChildren(of: actor) }
        let children = actors.reduce(engine.children(of: nil).count) { $0 + engine.children(of: $1).count }
        check(children == actors.count, "\(children) children, but \(actors.count) actors")
    }

    private func checkChildren(of parent: Actor?) {
        let children = engine.children(of: parent)
        checkLinks(children) { engine.actor(at: $0.details.pointee.nextSibling) }
        check(children.allSatisfy { $0.isLiving && $0.parent == parent }, "a child of another")
    }

    /// Every kind has members, and lists exactly those who carry it.
    func checkKinds() {
        var count = 0
        for kind in engine.allKinds {
            let members = engine.members(of: kind)
            checkLinks(members) { engine.actor(at: $0.details.pointee.kindPrevious) }
            check(
                members.allSatisfy { $0.isLiving && $0.details.pointee.kind == kind }, "a member of another")
            check(Int(kind.pointee.count) == members.count && !members.isEmpty, "the count of a kind")
            check(engine.actor(at: kind.pointee.last) == members.last, "the last of a kind")
            count += members.count
        }
        check(count == actors.count { $0.details.pointee.kind != nil }, "a member is on no list")
    }

    /// Who is ready is on the list once; who has something to do is ready.
    func checkReadyList() {
        let ready = engine.readyActors
        check(Set(ready).count == ready.count, "the ready list runs in a circle")
        let last = engine.readyList.last
        check(last == nil || engine.pointee.readyLast == last, "the last of the ready list")
        check(ready.allSatisfy { $0.isLiving }, "somebody dead is ready")
        for actor in actors {
            let flags = actor.pointee.flags
            let isParked = flags.has(.parked)
            let isOnList = ready.contains(actor)
            check(
                flags.has(.ready) == (isOnList || isParked || flags.has(.suspended) || actor.promised > 0),
                "\(actor.ref): ready or not")
            check(!isParked || !isOnList, "\(actor.ref) is parked, and ready")
            let waitsForChildren = flags.has(.halting) && actor.details.pointee.lastChild != noActor
            check(!isParked || waitsForChildren, "\(actor.ref) is parked for nothing")
            check(!hasWork(actor) || flags.has(.ready), "\(actor.ref) has work and no turn")
        }
    }

    /// A round knows how many it has promised a message, and finds them among its topic's subscribers.
    func checkRounds() {
        for round in engine.rounds {
            let members = actors.filter { $0.round == round }
            check(!members.isEmpty && round.pointee.left == members.count, "the turns of a round")
            let topic = round.pointee.topic
            let subscribers = (0..<topic.pointee.count).map { topic.pointee.subscribers![$0] }
            check(members.allSatisfy(subscribers.contains), "a promise is lost")
        }
        let promises = actors.filter { $0.promised > 0 }
        check(promises.allSatisfy { engine.rounds.contains($0.round!) }, "a promise of nobody")
        check(promises.allSatisfy { !engine.readyActors.contains($0) }, "two turns at once")
        check(engine.pointee.roundMessage == nil, "a round goes on")
    }

    /// Who is draining may rest until something comes; who was not drained in time waits for its end.
    private func hasWork(_ actor: Actor) -> Bool {
        let flags = actor.pointee.flags
        if engine.isKilled(actor) { return false }
        let mayRest = actor.details.pointee.marks.has(.draining)
        if flags.has(.poisoned), !mayRest { return true }
        return actor.used > 0 || flags.has(.starting) || flags.has(.events) || flags.has(.halting)
    }
}
