import CBackstage

/// What an actor has only once it supervises, is restarted, is drained, sets messages aside, changes
/// how it receives, leaves something open, or waits for silence.
struct ActorLife {
    /// Who its children's failures are for.
    var supervision: UnsafeMutablePointer<Supervision>?

    // Of its own restarts.
    var restarts: UInt64 = 0
    /// Restarts in a row: each waits twice as long as the last.
    var streak: UInt32 = 0
    var startedAt: UInt64 = 0
    var stage = RestartStage.up
    /// What made it restart.
    var cause = Cause()

    // Of the drain of its family.
    var isDrained = false
    /// How many of the family are not known to be done.
    var busy: UInt32 = 0
    /// The place of the root of the drained family that this one is part of.
    var outerRoot = noActor
    var drainDeadline: Source?

    var stash = Stash()

    /// How it received at first, if it does so no more.
    var firstReceive: backstage_receive_callback?
    var firstIsBatch = false

    var unfinished = Unfinished()

    var receiveTimeout: Source?
    /// When a message or event last came.
    var lastCame: UInt64 = 0
    /// Whether that is in the turn it has.
    var hasCome = false
}

/// Why an actor ends: its failure's status, and with whom it began.
struct Cause {
    var origin: backstage_ref = 0
    var reason: backstage_reason = 0
    var status: Status = .ok
}

extension Actor {
    var life: UnsafeMutablePointer<ActorLife>? { details.pointee.extras?.pointee.life }

    /// The life, made when first asked for; nil when there is no memory.
    func makeLife() -> UnsafeMutablePointer<ActorLife>? {
        guard let extras = makeExtras() else { return nil }
        if let life = extras.pointee.life { return life }
        guard let life = pointee.engine.make(ActorLife.self) else { return nil }
        life.initialize(to: ActorLife())
        extras.pointee.life = life
        return life
    }

    /// The cause of an end that begins with this actor.
    func cause(_ reason: backstage_reason, _ status: Status = .ok) -> Cause {
        Cause(origin: ref, reason: reason, status: status)
    }

    /// What makes the children of an ending or restarting actor end.
    var causeForChildren: Cause {
        if !pointee.flags.has(.ending) { return life?.pointee.cause ?? Cause() }
        let details = details
        return Cause(
            origin: details.pointee.initializeOrOrigin, reason: details.pointee.marks.originReason,
            status: details.pointee.status)
    }
}

extension Engine {
    func destroyLife(_ life: UnsafeMutablePointer<ActorLife>) {
        if let supervision = life.pointee.supervision { destroySupervision(supervision) }
        destroy(life)
    }
}
