import CBackstage
import Testing

@testable import BackstageCore

// What holds of an engine between any two calls, seen from inside.

extension Engine {
    func expectInvariants() {
        expectPlaces()
        expectFamilies()
        expectKinds()
        expectReadyList()
        for actor in livingActors {
            expectInbox(of: actor)
            expectSources(of: actor)
            expectPeers(of: actor)
        }
        expectTimers()
        expectLedger()
        expectReferences()
        expectTopics()
    }

    /// Every place is taken, free or used up, and every id leads to its actor.
    private func expectPlaces() {
        let living = livingActors
        #expect(Int(pointee.living) == living.count)
        var free: Set<UInt32> = []
        var next = pointee.freeActors
        while next != noActor {
            #expect(!(pointee.actors + Int(next)).isLiving)
            guard free.insert(next).inserted else {
                Issue.record("the list of free places runs in a circle")
                return
            }
            next = (pointee.actors + Int(next)).pointee.next
        }
        let usedUp = (0..<Int(pointee.actorCount)).filter { (pointee.actors + $0).pointee.generation == 0 }
        #expect(living.count + free.count + usedUp.count == Int(pointee.actorCount))
        let named = living.filter { $0.details.pointee.id != nil }
        #expect(pointee.registry.count == named.count)
        for actor in named {
            #expect(name(actor.id).flatMap { self.actor(named: $0) } == actor)
        }
    }

    /// Every message accepted is in an inbox, or waits from other threads, unless it is done with.
    private func expectLedger() {
        let inInboxes = livingActors.reduce(0) { $0 + UInt64($1.used) }
        let statistics = statistics
        let queued = inInboxes + pointee.remote.count
        #expect(statistics.queued == queued)
        #expect(statistics.accepted == statistics.handled + statistics.dead + queued)
        #expect(pointee.running == nil)
        #expect(pointee.retiredRing == nil)
    }

    /// Who is ready is on the list once; who has something to do is ready.
    private func expectReadyList() {
        var listed: Set<UInt32> = []
        var next = pointee.readyFirst
        var last = noActor
        while next != noActor {
            guard listed.insert(next).inserted else {
                Issue.record("the ready list runs in a circle")
                return
            }
            last = next
            next = (pointee.actors + Int(next)).pointee.next
        }
        #expect(pointee.readyLast == last)
        for actor in livingActors {
            let flags = actor.pointee.flags
            #expect(flags.has(.ready) == (listed.contains(actor.index) || flags.has(.parked)))
            #expect(!flags.has(.parked) || !listed.contains(actor.index))
            #expect(!flags.has(.parked) || flags.has(.ending) && actor.details.pointee.lastChild != noActor)
            if actor.used > 0 || flags.has(.attention) { #expect(flags.has(.ready)) }
        }
        #expect(listed.isSubset(of: livingActors.map(\.index)))
    }
}
