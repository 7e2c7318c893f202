import BackstageCore

// What a test may do with an engine, and nobody else.

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

    /// Has a closure called at each end of an actor of Swift, with its id and what it failed with last.
    package func observeEnds(
        _ body: @escaping (AnyActorRef, _ id: String?, EndReason, (any Error)?) -> Void
    ) {
        hooks.sawEnd = body
    }
}

extension EngineHooks {
    /// The gateway is nobody's actor.
    func noteEnd(of cell: AnyCell, _ reason: EndReason) {
        guard let sawEnd, cell !== gateway?.cell else { return }
        let id = String(cString: cell.core.id)
        sawEnd(AnyActorRef(cell.core.ref, number), id.isEmpty ? nil : id, reason, cell.failure)
    }
}
