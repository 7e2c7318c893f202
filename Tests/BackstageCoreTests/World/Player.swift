import CBackstage
import Testing

@testable import BackstageCore

/// An actor of a world, and what it sees of its own life. Lives until its last `deinit` has run.
final class Player {
    unowned let world: World
    let hasStart: Bool
    var mirror = Mirror()
    /// How it should receive now, and did at first.
    var behaviour: Behaviour
    private let firstBehaviour: Behaviour
    /// Between `init`, or the birth, and `deinit`.
    private var isUp: Bool
    private(set) var starts = 0
    private(set) var downs = 0
    private var hasEnded = false
    /// When it last received something, and the least silence that it asked to be told of.
    var heardAt: UInt64 = 0
    var silence: UInt64 = 0
    /// What it has left open.
    var open: Open?

    enum Behaviour: CaseIterable { case one, other, batch }

    init(_ world: World, _ behaviour: Behaviour, hasStart: Bool) {
        self.world = world
        self.behaviour = behaviour
        self.hasStart = hasStart
        firstBehaviour = behaviour
        isUp = !hasStart
    }

    private static func of(_ state: UnsafeMutableRawPointer?) -> Player {
        Unmanaged<Player>.fromOpaque(state!).takeUnretainedValue()
    }

    /// The options that make an actor play this part.
    func takePart(_ options: inout backstage_actor_options) {
        switch behaviour {
        case .one: options.receive = Self.receiveOne
        case .other: options.receive = Self.receiveOther
        case .batch: options.receive_batch = Self.receiveBatch
        }
        if hasStart { options.`init` = { Player.of($1).start(Actor($0!)) } }
        options.deinit = { Player.of($2).end(Actor($0!), $1) }
        options.state = Unmanaged.passRetained(self).toOpaque()
    }

    func leave() { Unmanaged.passUnretained(self).release() }

    static let decide: backstage_decide_callback = { context, child, status, restarts, state in
        let player = Player.of(state)
        player.expectIsUp()
        return player.world.decide(as: Actor(context!), on: child, status, restarts)
    }

    private static let receiveOne: backstage_receive_callback = { context, message, state in
        Player.of(state).receive(Actor(context!), Envelope(mutating: message!), as: .one)
    }

    private static let receiveOther: backstage_receive_callback = { context, message, state in
        Player.of(state).receive(Actor(context!), Envelope(mutating: message!), as: .other)
    }

    private static let receiveBatch: backstage_receive_batch_callback = {
        context, messages, count, handled, state in
        let (actor, first) = (Actor(context!), Envelope(mutating: messages!))
        return Player.of(state).receive(actor, first, count, &handled!.pointee, as: .batch)
    }

    func become(_ new: Behaviour, _ actor: Actor) -> Status {
        let status: Status
        switch new {
        case .one: status = actor.become(Self.receiveOne)
        case .other: status = actor.become(Self.receiveOther)
        case .batch: status = actor.become(batch: Self.receiveBatch)
        }
        if status == .ok { behaviour = new }
        return status
    }

    func expectIsUp() { #expect(isUp && !hasEnded) }
}

// MARK: - Its callbacks

extension Player {
    private func start(_ actor: Actor) -> Status {
        #expect(!isUp && !hasEnded)
        isUp = true
        starts += 1
        // It may have restarted before its first start, and so without a `deinit`.
        if actor.life?.pointee.firstReceive == nil { behaviour = firstBehaviour }
        mirror.comeUp(Int(actor.stashed))
        expectNothingIsOpen(actor)
        let status = world.start(actor)
        if status == .pending { open = Open(.start) }
        return status
    }

    private func end(_ actor: Actor, _ reason: backstage_reason) -> Status {
        #expect(!hasEnded)
        let isRestart = reason == Reason.restarted
        if isRestart { expectIsUp() }
        noticeEnd(actor)
        let status = world.end(actor, self, isRestart)
        isUp = isRestart && !hasStart
        if isRestart {
            downs += 1
            behaviour = firstBehaviour
            silence = 0
            mirror.goDown()
        } else {
            hasEnded = true
            leave()
        }
        return status
    }

    private func receive(_ actor: Actor, _ message: Envelope, as behaviour: Behaviour) -> Status {
        var handled = 0
        return receive(actor, message, 1, &handled, as: behaviour)
    }

    private func receive(
        _ actor: Actor, _ first: Envelope, _ count: Int, _ handled: inout Int, as behaviour: Behaviour
    ) -> Status {
        expectIsUp()
        #expect(behaviour == self.behaviour)
        mirror.comeUp(Int(actor.stashed))
        expectNothingIsOpen(actor)
        defer { heardAt = world.engine.pointee.now }
        if first.pointee.type >= MessageType.failure {
            checkSilence(first)
            let status = world.receive(event: first, as: actor)
            if status == .pending { open = Open(.event) }
            return status
        }
        let batch = (0..<count).map { first + $0 }
        let numbers = batch.map { world.number($0) ?? 0 }
        mirror.begin(numbers)
        for (place, message) in batch.enumerated() {
            handled = place
            if behaviour == .batch, world.yields(as: actor) { return finishTurn(numbers, place, .yield) }
            let status = world.receive(message, as: actor)
            stash(batch, as: actor)
            if status == .pending { return leaveOpen(numbers, place) }
            if status >= 0 { continue }
            settle(numbers, place)
            mirror.end(place + 1, hasFailed: true)
            return status
        }
        handled = count
        return finishTurn(numbers, count, world.anySuccess)
    }

    /// So many are done with, and the others come again.
    private func finishTurn(_ numbers: [UInt64], _ done: Int, _ status: Status) -> Status {
        settle(numbers, done)
        mirror.end(done, hasFailed: false)
        return status
    }

    private func leaveOpen(_ numbers: [UInt64], _ place: Int) -> Status {
        settle(numbers, place)
        mirror.pend(place)
        open = Open(.message, number: numbers[place])
        return .pending
    }

    /// Those that were not set aside are handled; the others come again.
    private func settle(_ numbers: [UInt64], _ done: Int) {
        for place in 0..<done {
            if mirror.marked.contains(place) {
                world.stashed(numbers[place])
            } else {
                world.handled(numbers[place])
            }
        }
    }

    private func stash(_ batch: [Envelope], as actor: Actor) {
        guard world.isToStash else { return }
        let place = world.random.below(batch.count)
        let status = actor.stash(batch[place])
        world.note("stash", status)
        if status == .noMemory || status == .inboxFull { return }
        #expect(status == (mirror.mark(place) ? .ok : .exists))
    }

    private func checkSilence(_ event: Envelope) {
        guard event.pointee.type == MessageType.receiveTimeout else { return }
        #expect(silence > 0 && world.engine.pointee.now >= heardAt + silence)
    }
}
