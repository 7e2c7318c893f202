import CBackstage
import Testing

@testable import BackstageCore

/// Requests and monitors that wait: each is answered once.
struct Promises {
    private struct Monitor: Hashable { var actor, target: backstage_ref }

    private(set) var requests: [UInt64: backstage_ref] = [:]
    /// How often each: who is no more may be monitored again and again.
    private var monitors: [Monitor: Int] = [:]

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

    /// Nobody waits for the answer any more.
    mutating func cancelled(_ token: UInt64, by asker: backstage_ref) { answered(token, to: asker) }

    /// Its receiver ended, or failed on it: it came, all the same.
    mutating func died(_ message: Envelope, to actor: backstage_ref) {
        guard message.pointee.type == MessageType.reply else { return }
        if requests[message.pointee.token] == actor { requests[message.pointee.token] = nil }
    }

    mutating func monitored(_ target: backstage_ref, by actor: backstage_ref, isLiving: Bool) {
        let former = monitors[Monitor(actor: actor, target: target), default: 0]
        #expect(former == 0 || !isLiving)
        monitors[Monitor(actor: actor, target: target)] = former + 1
    }

    mutating func unmonitored(_ target: backstage_ref, by actor: backstage_ref) {
        #expect(isOver(Monitor(actor: actor, target: target)))
    }

    /// Whether there was such a monitor: one less.
    private mutating func isOver(_ monitor: Monitor) -> Bool {
        guard let count = monitors[monitor] else { return false }
        monitors[monitor] = count == 1 ? nil : count - 1
        return true
    }

    /// Nobody is told of an end but those who asked, and parents.
    mutating func terminated(_ target: backstage_ref, toldTo actor: backstage_ref, isParent: Bool) {
        let wasAsked = isOver(Monitor(actor: actor, target: target))
        #expect(wasAsked || isParent)
    }

    /// Who has ended waits for nothing.
    mutating func ended(_ actor: backstage_ref) {
        requests = requests.filter { $0.value != actor }
        monitors = monitors.filter { $0.key.actor != actor }
    }

    /// What waits in the engine, and nothing else, waits here.
    func expectSame(_ engine: Engine) {
        var waiting: [UInt64: backstage_ref] = [:]
        for source in engine.livingActors.flatMap({ $0.ownSources(.request) }) where !source.pointee.isPending
        {
            waiting[source.token] = source.pointee.owner.ref
        }
        #expect(requests == waiting)
        var watching: [Monitor: Int] = [:]
        for source in engine.livingActors.flatMap({ $0.ownSources(.monitor) }) where !source.pointee.isPending
        {
            let monitor = Monitor(actor: source.pointee.owner.ref, target: source.pointee.target)
            watching[monitor, default: 0] += 1
        }
        #expect(monitors == watching)
    }
}
