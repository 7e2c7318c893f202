import BackstageCore

// What a test may do with an engine, and nobody else.

/// An actor's end, as a test sees it.
package struct SeenEnd {
    package let actor: AnyActorRef
    package let id: String?
    package let reason: EndReason
    /// What it failed with, if it did.
    package let error: (any Error)?
    package let time: Duration
}

extension Engine {
    /// Makes the next message fail that an actor of Swift is handed, in place of handling it.
    ///
    /// - Throws: `notFound`; `invalidArgument` for an actor of C or Python; `wrongThread`, `closed`.
    package func failNext<Message: Sendable>(_ ref: ActorRef<Message>, with error: any Error)
        throws(BackstageError)
    {
        try checkHere()
        guard ref.engineNumber & ~foreignBit == number, let actor = core.actor(ref.rawValue) else {
            throw .notFound
        }
        guard let cell = AnyCell.of(actor, in: core) else { throw .invalidArgument }
        let typed = unsafeDowncast(cell, to: MessageCell<Message>.self)
        let behavior = typed.behavior
        typed.behavior = { _, context in
            context.cell.behavior = behavior
            throw error
        }
    }

    /// Has a closure called at each end of an actor of Swift; a restart is none.
    package func observeEnds(_ body: @escaping (SeenEnd) -> Void) { hooks.sawEnd = body }
}

extension EngineHooks {
    /// The gateway is nobody's actor.
    func noteEnd(of cell: AnyCell, _ reason: EndReason) {
        guard let sawEnd, cell !== gateway?.cell, let actor = cell.core else { return }
        let id = String(cString: actor.id)
        sawEnd(
            SeenEnd(
                actor: AnyActorRef(actor.ref, number), id: id.isEmpty ? nil : id, reason: reason,
                error: reason == .failed ? cell.failure : nil,
                time: .nanoseconds(Int64(clamping: actor.pointee.engine.currentTime))))
    }
}
