import CBackstage
import Testing

@testable import BackstageCore

private let ids = ["a", "b", "c", "d", "e", "f"]
private let kinds = ["sheep", "goat"]

extension World {
    /// Mostly somebody alive.
    var anyRef: backstage_ref {
        let living = chance(9, in: 10) ? engine.livingActors.map(\.ref) : refs
        return living.isEmpty ? 0 : living[random.below(living.count)]
    }

    var anyID: String { ids[random.below(ids.count)] }
    var anyKind: String { kinds[random.below(kinds.count)] }
    func chance(_ one: Int, in many: Int) -> Bool { random.below(many) < one }

    /// A new actor, with any options.
    func spawn(under parent: Actor?) {
        let probe = Probe()
        let inBatches = chance(1, in: 3)
        if chance(1, in: 2) {
            probe.onStart = { [unowned self] actor in
                act(as: actor, 2)
                return chance(1, in: 20) ? -1000 : .ok
            }
        }
        probe.onEnd = { [unowned self] in act(as: $0, 2) }
        probe.onReceive = { [unowned self] actor, message in receive(message, as: actor) }
        let (capacity, overflow, budget) = (random.below(8) + 1, random.below(3), random.below(4) + 1)
        let (id, kind) = (chance(1, in: 2) ? anyID : nil, chance(1, in: 2) ? anyKind : nil)
        let seesSubscriptions = random.below(2)
        // An ending actor has no children any more; the call that the core relies on says so.
        if let parent, parent.checkActive() != .ok { return }
        var actor: Actor?
        let status = engine.trySpawn(
            probe, id: id, kind: kind, parent: parent, inBatches: inBatches,
            { options in
                options.capacity = UInt32(capacity)
                options.overflow = UInt32(overflow)
                options.budget = UInt32(budget)
                options.sees_subscriptions = UInt32(seesSubscriptions)
            }, &actor)
        if let actor { refs.append(actor.ref) }
        note("spawn", status)
    }

    private func forward(_ message: Envelope, as actor: Actor) {
        let status = actor.forward(message, anyRef)
        if status == .ok { forwarded(message) }
        note("forward", status)
    }

    private func receive(_ message: Envelope, as actor: Actor) -> Status {
        received(message, by: actor)
        if message.pointee.type == MessageType.request { requests.append(message.pointee) }
        if chance(1, in: 8) { forward(message, as: actor) }
        act(as: actor, 2)
        // The one that fails is a dead letter instead.
        if chance(1, in: 40) { return -1000 }
        handled(message)
        return .ok
    }
}
