import CBackstage
import Testing

@testable import BackstageCore

/// What an actor has left open.
struct Open {
    let what: Pending
    /// Of the message.
    let number: UInt64
    /// Somebody has said how it ended; and how many messages were handled by then, if that was well.
    var isFinished = false
    var handledBefore: UInt64?

    init(_ what: Pending, number: UInt64 = 0) {
        self.what = what
        self.number = number
    }
}

extension Player {
    /// It is given something: what was left open must be over.
    func expectNothingIsOpen(_ actor: Actor) {
        notice(actor)
        #expect(open == nil && !actor.isPending)
    }

    /// Finds out whether what was left open is over, well: a message that was not is a dead letter.
    func notice(_ actor: Actor) {
        guard let open else { return }
        if open.what == .message {
            guard let before = open.handledBefore,
                world.engine.statistics(of: actor).handled > before
            else { return }
            mirror.conclude()
            world.handled(open.number)
        } else {
            // Without memory nothing is left open.
            let mayBeOver = open.isFinished || world.isScarce || actor.pointee.flags.has(.halting)
            if !mayBeOver || actor.isPending { return }
        }
        self.open = nil
    }

    /// A message died that was in hand.
    func noticeDeath(of reason: backstage_dead_reason) {
        guard reason == DeadReason.failed, open?.what == .message else { return }
        mirror.conclude()
        open = nil
    }

    /// It ends or restarts, which nothing that is open puts off.
    func noticeEnd(_ actor: Actor) {
        notice(actor)
        #expect(!actor.isPending)
        open = nil
    }
}

extension World {
    /// How a callback that does not fail ends.
    var anyEnd: Status { energy > 0 && chance(1, in: pendsOneIn) ? .pending : anySuccess }

    /// OK, in its other forms too.
    var anySuccess: Status {
        guard energy > 0, chance(1, in: 12) else { return .ok }
        energy -= 1
        return chance(1, in: 2) ? .yield : 3
    }

    /// Whether a batch is given back from here on, after something has been done.
    func yields(as actor: Actor) -> Bool {
        guard energy > 0, chance(1, in: 12) else { return false }
        energy -= 1
        act(as: actor, 2)
        return true
    }

    /// Mostly somebody who waits for that.
    func finishSomebody() {
        let waiting = engine.livingActors.filter(\.isPending)
        guard let actor = waiting.randomElement(using: &random) ?? engine.actor(anyRef) else { return }
        finish(actor, chance(1, in: failsOneIn) ? -1004 : chance(1, in: 20) ? 1 : .ok)
    }

    func finish(_ actor: Actor, _ status: Status) {
        guard let player = players[actor.ref] else { return }
        player.notice(actor)
        let isWaiting =
            actor.isPending && player.open?.isFinished == false && !actor.pointee.flags.has(.halting)
            && !engine.pointee.isDestroying
        let expected: Status = status > 0 ? .invalidArgument : isWaiting ? .ok : .notWaiting
        let handled = engine.statistics(of: actor).handled
        let answer = actor.finish(status)
        #expect(answer == expected)
        note("finish \(actor.ref)", answer)
        if answer != .ok { return }
        player.open?.isFinished = true
        if status == .ok { player.open?.handledBefore = handled }
        player.heardAt = engine.pointee.now
    }

    func cancelRequest(as actor: Actor) {
        let own = actor.ownSources(.request).randomElement(using: &random)
        let token = own?.token ?? requests.randomElement(using: &random)?.token ?? 0
        let status = actor.cancelRequest(token)
        if own != nil { #expect(status == .ok) }
        if status == .ok { promises.cancelled(token, by: actor.ref) }
        note("cancel request", status)
    }

    /// As many as fit, and no more.
    func sendMany(as actor: Actor) {
        let receiver = anyRef
        var room: UInt32 = 77
        let status = actor.room(of: receiver, &room)
        sendMany { payloads, accepted in
            let answer = actor.send(receiver, payloads, &accepted)
            if answer == .inboxFull { #expect(accepted == Int(room)) }
            if status != .ok, payloads.count > 0 { #expect(answer == status && room == 77) }
            return answer
        }
    }

    /// As if from another thread: through the queue.
    func sendManyFromElsewhere() {
        let receiver = anyRef
        sendMany { payloads, accepted in
            var answer = Status.ok
            engine.observe { answer = engine.sendManyFromOutside(receiver, payloads, &accepted) }
            return answer
        }
    }

    private func sendMany(_ send: (Payloads, inout Int) -> Status) {
        let all = (0..<random.below(5)).map { _ in newPayload() }
        let sizes = all.map { UInt32($0.count) }
        var accepted = 0
        let answer = all.flatMap { $0 }.withUnsafeBytes { bytes in
            sizes.withUnsafeBufferPointer { sizes in
                send(Payloads(bytes.baseAddress, sizes.baseAddress, sizes.count)!, &accepted)
            }
        }
        #expect((answer == .ok) == (accepted == all.count))
        for bytes in all[..<accepted] { self.accepted(bytes) }
        note("send \(accepted) of \(all.count)", answer)
    }
}
