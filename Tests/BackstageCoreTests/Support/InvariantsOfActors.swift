import Testing

@testable import BackstageCore

extension Engine {
    /// Every actor is a child of its parent, or among the parentless, once; all links go both ways.
    func expectFamilies() {
        var found = childrenFromTheLast(pointee.lastParentless, of: noActor).count
        for actor in livingActors {
            found += childrenFromTheLast(actor.details.pointee.lastChild, of: actor.index).count
        }
        #expect(found == livingActors.count)
    }

    private func childrenFromTheLast(_ last: UInt32, of parent: UInt32) -> Set<UInt32> {
        var found: Set<UInt32> = []
        var younger = noActor
        var next = last
        while next != noActor {
            let details = pointee.details + Int(next)
            #expect((pointee.actors + Int(next)).isLiving)
            #expect(details.pointee.parent == parent)
            #expect(details.pointee.nextSibling == younger)
            guard found.insert(next).inserted else {
                Issue.record("a list of children runs in a circle")
                break
            }
            younger = next
            next = details.pointee.previousSibling
        }
        return found
    }

    /// Every kind has members, and lists exactly those who carry it.
    func expectKinds() {
        var found = 0
        pointee.kinds.forEach { kind in
            var previous = noActor
            var next = kind.pointee.first
            var count: UInt32 = 0
            while next != noActor, count <= pointee.living {
                let details = pointee.details + Int(next)
                #expect((pointee.actors + Int(next)).isLiving)
                #expect(details.pointee.kind == kind)
                #expect(details.pointee.kindPrevious == previous)
                previous = next
                next = details.pointee.kindNext
                count += 1
            }
            #expect(kind.pointee.last == previous)
            #expect(kind.pointee.count == count && count > 0)
            found += Int(count)
        }
        #expect(found == livingActors.filter { $0.details.pointee.kind != nil }.count)
    }

    /// A ring is there only while it holds something, and no more than the capacity.
    func expectInbox(of actor: Actor) {
        #expect((actor.pointee.ring == nil) == (actor.used == 0))
        #expect(actor.pointee.hand == 0)
        #expect(actor.waiting <= actor.details.pointee.capacity)
        #expect(actor.pointee.threshold == min(actor.ringMask + 1, actor.details.pointee.capacity))
        #expect(actor.used <= actor.ringMask + 1)
        var units = 0
        for message in actor.queue {
            if message.pointee.reserved & Carries.block == 0 {
                #expect(message.pointee.payload == UnsafeRawPointer(message.inlined))
                continue
            }
            #expect(message.pointee.payload == UnsafeRawPointer(message.block.pointee.bytes))
            units += Int(message.block.pointee.units)
        }
        #expect(actor.details.pointee.blockUnits == UInt32(units))
    }
}

extension Actor {
    /// What is queued, the oldest first.
    var queue: [Envelope] { (0..<used).map { slot(pointee.head &+ $0) } }
}
