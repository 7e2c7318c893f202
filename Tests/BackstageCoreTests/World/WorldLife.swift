import CBackstage
import Testing

@testable import BackstageCore

// What actors do with their own lives, and each other's.

extension World {
    func become(as actor: Actor) {
        // What is between two lives becomes nothing.
        guard actor.checkActive() == .ok, let player = players[actor.ref] else { return }
        note("become", player.become(Player.Behaviour.allCases[random.below(3)], actor))
    }

    func unstash(as actor: Actor) {
        guard let player = players[actor.ref], !actor.pointee.flags.has(.halting) else { return }
        player.mirror.comeUp(Int(actor.stashed))
        player.notice(actor)
        var count: UInt32 = 0
        let status = actor.unstash(&count)
        if status == .ok { #expect(Int(count) == player.mirror.unstash()) }
        note("unstash", status)
    }

    func setReceiveTimeout(as actor: Actor) {
        guard let player = players[actor.ref] else { return }
        let after = chance(1, in: 4) ? 0 : Int64(random.below(80) + 1)
        let status = actor.setReceiveTimeout(after)
        if status == .ok { player.silence = UInt64(after) }
        note("receive timeout", status)
    }

    func drain(as actor: Actor) {
        let timeouts: [Int64] = [-1, 0, 1, 40, 200, 1000]
        note("drain", actor.drain(anyRef, within: timeouts[random.below(timeouts.count)]))
    }

    func drainEngine() {
        let timeouts: [Int64] = [-1, 0, 1, 100, 1000]
        note("drain all", engine.drain(within: timeouts[random.below(timeouts.count)]))
    }

    func monitorID(as actor: Actor) {
        var found: backstage_ref = 0
        let status = anyID.withCString { actor.monitor(id: $0, &found) }
        if status == .ok { promises.monitored(found, by: actor.ref, isLiving: found != 0) }
        note("monitor by id", status)
    }

    func monitor(as actor: Actor) {
        let target = anyRef
        let isLiving = engine.actor(target) != nil
        let status = actor.monitor(target)
        if status == .ok { promises.monitored(target, by: actor.ref, isLiving: isLiving) }
        note("monitor", status)
    }

    func unmonitor(as actor: Actor) {
        let source = actor.ownSources(.monitor).randomElement(using: &random)
        let target = source?.pointee.target ?? anyRef
        let status = actor.unmonitor(target)
        if status == .ok { promises.unmonitored(target, by: actor.ref) }
        note("unmonitor", status)
    }
}

extension World {
    /// A run, which a failure, a drain or a stop may end early.
    func run(_ mode: Int) { note("run", engine.run(UInt32(mode), timeout: -1)) }

    /// Time goes by until nobody has anything left to do: nothing may be lost by then.
    func settle() {
        energy = 0
        for _ in 0..<50 {
            for actor in engine.livingActors {
                if actor.isPending { finish(actor, .ok) }
                unstash(as: actor)
            }
            repeat { run(BACKSTAGE_RUN_UNTIL_IDLE) } while engine.pointee.readyFirst != nil
            #expect(engine.advance(by: 1000) == .ok)
        }
        expectAllSettled()
        promises.expectSame(engine)
    }
}
