import CBackstage
import Testing

@testable import BackstageCore

private let topics = [nil, "x", "x.y", "z.y", "x.y.z"]
private let patterns = [nil, "x", "x.y", "x.*", "*.y", ">", "x.>"]

extension World {
    /// Inside a callback: some actions, as far as the energy goes.
    func act(as actor: Actor, _ most: Int) {
        for _ in 0..<random.below(most + 1) where energy > 0 {
            energy -= 1
            if isScarce, chance(1, in: 5) {
                engine.withoutMemory { act(as: actor) }
            } else {
                act(as: actor)
            }
        }
    }

    /// How many numbers there are of what an actor can do.
    static let actions = 34

    /// Anything that an actor can do.
    func act(as actor: Actor) {
        let action = random.below(World.actions)
        // What is left out is a send.
        switch leftOut.contains(action) ? World.actions : action {
        case 0: spawn(under: chance(2, in: 3) ? actor : nil)
        case 1: if chance(1, in: 4) { note("stop", actor.stop(anyRef)) }
        case 2: if chance(1, in: 4) { note("poison", actor.poison(anyRef)) }
        case 3: if chance(1, in: 4) { note("shut down", actor.shutdown()) }
        case 4, 5: note("subscribe", actor.subscribe(to: anyID, anyOf(patterns)))
        case 6: unsubscribe(as: actor)
        case 7: monitor(as: actor)
        case 8: unmonitor(as: actor)
        case 9: startTimer(as: actor)
        case 10: cancelTimer(as: actor)
        case 11: request(as: actor)
        case 12, 13: reply(as: actor)
        case 14: publish(as: actor)
        case 15: publish(as: actor)
        case 16: broadcast(as: actor)
        case 17: requestToID(as: actor)
        case 18: monitorID(as: actor)
        case 19: become(as: actor)
        case 20, 21: unstash(as: actor)
        case 22: setReceiveTimeout(as: actor)
        case 23: if chance(1, in: 5) { drain(as: actor) }
        case 24: if chance(1, in: 10) { engine.requestStop() }
        case 25, 26, 27: finishSomebody()
        case 28: cancelRequest(as: actor)
        case 29: sendMany(as: actor)
        default: send(as: actor)
        }
    }

    private func anyOf(_ topics: [String?]) -> String? { topics[random.below(topics.count)] }

    /// By ref, by id, or as a payload handed over.
    private func send(as actor: Actor) {
        let bytes = newPayload()
        let status: Status
        switch random.below(3) {
        case 0: status = actor.send(anyRef, bytes, bytes.count)
        case 1: status = anyID.withCString { actor.send(toID: $0, bytes, bytes.count) }
        default:
            guard let block = engine.makePayload(bytes.count) else { return }
            block.pointee.bytes.copyMemory(from: bytes, byteCount: bytes.count)
            status = actor.send(anyRef, payload: block)
            if status != .ok { block.releaseShared() }
        }
        if status == .ok { accepted(bytes) }
        note("send", status)
    }

    private func publish(as actor: Actor) {
        let bytes = newPayload()
        var receivers: UInt32 = 0
        let status = actor.publish(bytes, on: anyOf(topics), &receivers)
        accepted(bytes, copies: Int(receivers))
        note("publish to \(receivers)", status)
    }

    private func broadcast(as actor: Actor) {
        let bytes = newPayload()
        var receivers: UInt32 = 0
        let status = anyKind.withCString { actor.broadcast($0, bytes, bytes.count, &receivers) }
        accepted(bytes, copies: Int(receivers))
        note("broadcast to \(receivers)", status)
    }

    /// As if from another thread: through the queue.
    func sendFromElsewhere() {
        var bytes = newPayload()
        var status = Status.ok
        let choice = random.below(6)
        if choice > 3 { bytes.replaceSubrange(0..<8, with: [0, 0, 0, 0, 0, 0, 0, 0]) }
        let (ref, id, kind, topic) = (anyRef, anyID, anyKind, topics[random.below(topics.count)] ?? "x")
        engine.observe {
            switch choice {
            case 0...2: status = engine.sendFromOutside(ref, bytes, bytes.count)
            case 3: status = id.withCString { engine.sendFromOutside(toID: $0, bytes, bytes.count) }
            case 4: status = kind.withCString { engine.broadcastFromOutside($0, bytes, bytes.count) }
            default:
                status = topic.withCString {
                    engine.publishFromOutside(as: ref, .named($0), bytes, bytes.count)
                }
            }
        }
        if status == .ok, choice <= 3 { accepted(bytes) }
        note("from elsewhere", status)
    }

    private func startTimer(as actor: Actor) {
        var token: UInt64 = 0
        let status = actor.startTimer(
            after: Int64(random.below(100)), every: chance(1, in: 3) ? Int64(random.below(50) + 1) : 0, &token
        )
        note("timer", status)
    }

    private func cancelTimer(as actor: Actor) {
        guard let timer = anySource(.timer, of: chance(9, in: 10) ? actor : engine.actor(anyRef)) else {
            return
        }
        let isOwn = timer.pointee.owner == actor
        let status = actor.cancelTimer(timer.token)
        #expect((status == .ok) == isOwn)
        note("cancel", status)
    }

    /// Something that it is subscribed to, or not.
    private func unsubscribe(as actor: Actor) {
        guard let subscription = actor.subscriptions.randomElement(using: &random), chance(2, in: 3) else {
            return note("unsubscribe", actor.unsubscribe(from: anyID, anyOf(patterns)))
        }
        let topic = subscription.pointee.topic
        let id = String(cString: topic.pointee.publisher.pointee.id)
        let name = topic.pointee.name.map { String(cString: $0) }
        #expect(actor.unsubscribe(from: id, name) == .ok)
        note("unsubscribe from \(id) \(name ?? "")", .ok)
    }

    private func anySource(_ kind: SourceKind, of actor: Actor?) -> Source? {
        actor?.ownSources.filter { $0.pointee.kind == kind }.randomElement(using: &random)
    }
}
