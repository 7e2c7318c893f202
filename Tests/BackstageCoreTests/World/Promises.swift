import CBackstage
import Testing

@testable import BackstageCore

/// Requests and monitors that wait: each is answered once.
struct Promises {
    private struct Monitor: Hashable { var actor, target: backstage_ref }

    private(set) var requests: [UInt64: backstage_ref] = [:]
    private var monitors: Set<Monitor> = []

    mutating func requested(_ token: UInt64, by asker: backstage_ref) {
        let former = requests.updateValue(asker, forKey: token)
        #expect(former == nil)
    }

    /// A reply, not sent on nor set aside before.
    mutating func received(_ message: Envelope, by actor: backstage_ref) {
        if message.pointee.type == MessageType.reply { answered(message.pointee.token, to: actor) }
    }

    mutating func failed(_ token: UInt64, to actor: backstage_ref) { answered(token, to: actor) }

    private mutating func answered(_ token: UInt64, to actor: backstage_ref) {
        let asker = requests.removeValue(forKey: token)
        #expect(asker == actor)
    }

    /// Its receiver ended, or failed on it: it came, all the same.
    mutating func died(_ message: Envelope, to actor: backstage_ref) {
        guard message.pointee.type == MessageType.reply else { return }
        if requests[message.pointee.token] == actor { requests[message.pointee.token] = nil }
    }

    mutating func monitored(_ target: backstage_ref, by actor: backstage_ref) {
        let isNew = monitors.insert(Monitor(actor: actor, target: target)).inserted
        // Nobody at all may be monitored, by id, again and again.
        #expect(isNew || target == 0)
    }

    mutating func unmonitored(_ target: backstage_ref, by actor: backstage_ref) {
        let former = monitors.remove(Monitor(actor: actor, target: target))
        #expect(former != nil || target == 0)
    }

    /// Nobody is told of an end but those who asked, and parents.
    mutating func terminated(_ target: backstage_ref, toldTo actor: backstage_ref, isParent: Bool) {
        let former = monitors.remove(Monitor(actor: actor, target: target))
        #expect(former != nil || isParent || target == 0)
    }

    /// Who has ended waits for nothing.
    mutating func ended(_ actor: backstage_ref) {
        requests = requests.filter { $0.value != actor }
        monitors = monitors.filter { $0.actor != actor }
    }

    /// What waits in the engine, and nothing else, waits here.
    func expectSame(_ engine: Engine) {
        var waiting: [UInt64: backstage_ref] = [:]
        for source in engine.livingActors.flatMap({ $0.ownSources(.request) }) where !source.pointee.isPending
        {
            waiting[source.token] = source.pointee.owner.ref
        }
        #expect(requests == waiting)
        var watching: Set<Monitor> = []
        for source in engine.livingActors.flatMap({ $0.ownSources(.monitor) }) where !source.pointee.isPending
        {
            watching.insert(Monitor(actor: source.pointee.owner.ref, target: source.pointee.target))
        }
        #expect(monitors == watching)
    }
}
