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

    /// A new actor, with any options; for some, children come along.
    func spawn(under parent: Actor?) {
        let behaviour = Player.Behaviour.allCases[random.below(3)]
        let player = Player(self, behaviour, hasStart: chance(1, in: 2))
        var options = backstage_actor_options()
        player.takePart(&options)
        options.capacity = UInt32(random.below(8) + 1)
        options.overflow = UInt32(random.below(3))
        options.budget = UInt32(random.below(4) + 1)
        options.sees_subscriptions = UInt32(random.below(2))
        options.restart = UInt32(random.below(3))
        let supervision = chance(1, in: 2) ? anySupervision : nil
        let (id, kind) = (chance(1, in: 2) ? anyID : nil, chance(1, in: 2) ? anyKind : nil)
        // An ending actor has no children any more; the call that the core relies on says so.
        var status = parent?.checkActive() ?? .ok
        var ref: backstage_ref = 0
        if status == .ok {
            status = withOptionalCString(id) { id in
                withOptionalCString(kind) { kind in
                    options.id = id
                    options.kind = kind
                    return engine.spawn(options, supervision, parent: parent, &ref)
                }
            }
        }
        note("spawn", status)
        guard status == .ok, let actor = engine.actor(ref) else { return player.leave() }
        refs.append(ref)
        players[ref] = player
        if supervision != nil { for _ in 0..<random.below(4) { spawn(under: actor) } }
    }

    private var anySupervision: backstage_supervision {
        var options = supervision(
            random.below(3), random.below(4), restarts: random.below(5) + 1,
            window: Int64(random.below(200) + 1), backoff: chance(1, in: 2) ? 0 : Int64(random.below(300)),
            longest: chance(1, in: 2) ? 0 : Int64(random.below(1000) + 1), jitter: random.below(101))
        if chance(1, in: 3) { options.decide = Player.decide }
        return options
    }

    // MARK: - What players do

    func start(_ actor: Actor) -> Status {
        act(as: actor, 2)
        return chance(1, in: failsOneIn) ? -1001 : anyEnd
    }

    func end(_ actor: Actor, _ player: Player, _ isRestart: Bool) -> Status {
        note("\(actor.ref) goes down: \(isRestart)", .ok)
        act(as: actor, 2)
        if !isRestart {
            let restarts = engine.statistics(of: actor).restarts
            let starts = player.starts
            #expect(Int(restarts) >= starts - 1 && Int(restarts) >= player.downs - 1)
            restartsOfEnded += restarts
            players[actor.ref] = nil
            promises.ended(actor.ref)
        }
        return chance(1, in: failsOneIn) ? -1002 : anySuccess
    }

    /// Every restart is counted once for the engine, and once for its actor.
    func expectRestartsAddUp() {
        let ofLiving = engine.livingActors.reduce(0) { $0 + engine.statistics(of: $1).restarts }
        #expect(engine.statistics.restarts == ofLiving + restartsOfEnded)
    }

    func decide(
        as supervisor: Actor, on child: backstage_ref, _ status: Status, _ restarts: UInt64
    ) -> backstage_directive {
        let actor = engine.actor(child)
        #expect(actor?.parent == supervisor && status < 0)
        #expect(actor.map { engine.statistics(of: $0).restarts } == restarts)
        act(as: supervisor, 2)
        let directive = random.below(5)
        note("decide \(directive) on \(child)", status)
        return backstage_directive(directive)
    }

    func receive(event: Envelope, as actor: Actor) -> Status {
        let (sender, token) = (event.pointee.sender, event.pointee.token)
        note("\(actor.ref) got event \(event.pointee.type) of \(sender)", .ok)
        switch event.pointee.type {
        case MessageType.failure: promises.failed(token, to: actor.ref)
        case MessageType.terminated:
            let event = event.pointee.payload.load(as: backstage_termination.self)
            let isFailure = event.reason == Reason.failed
            promises.terminated(sender, toldTo: actor.ref, isParent: isFailure)
        default: break
        }
        act(as: actor, 2)
        return chance(1, in: 2 * failsOneIn) ? -1003 : anyEnd
    }

    func receive(_ message: Envelope, as actor: Actor) -> Status {
        received(message, by: actor)
        if message.pointee.type == MessageType.request {
            requests.append(
                backstage_reply_handle(sender: message.pointee.sender, token: message.pointee.token))
        }
        if energy > 0, chance(1, in: 8) { forward(message, as: actor) }
        act(as: actor, 2)
        // The one that fails is a dead letter instead.
        return chance(1, in: failsOneIn) ? -1000 : anyEnd
    }

    private func forward(_ message: Envelope, as actor: Actor) {
        let receiver = anyRef
        let status = actor.forward(message, receiver)
        if status == .ok { forwarded(message) }
        note("forward to \(receiver)", status)
    }

    var isToStash: Bool { energy > 0 && chance(1, in: 6) }
}
