import BackstageCore

/// Asks, publishes and listens for those who are no actors. Its inbox takes as many answers as there can be.
struct Gateway {
    let ref: ActorRef<Never>
    let cell: MessageCell<Never>
}

private struct GatewayActor: Actor {
    static var options: ActorOptions {
        ActorOptions(capacity: 16_777_216, restart: .temporary)
    }

    mutating func receive(_ message: Never, _ context: Context<Never>) {}

    /// Nobody is left waiting.
    mutating func ended(_ reason: EndReason, _ context: Context<Never>) {
        let hooks = context.cell.hooks.unsafelyUnwrapped
        let asking = hooks.asking
        hooks.asking = [:]
        for giveUp in asking.values { giveUp() }
    }
}

extension Engine {
    /// The engine's thread.
    func gateway() throws(BackstageError) -> Gateway {
        if let gateway = hooks.gateway, core.actor(gateway.ref.rawValue) != nil { return gateway }
        let ref = try spawn { GatewayActor() }
        guard let cell = core.actor(ref.rawValue).flatMap({ AnyCell.of($0, in: core) }) else {
            throw .notFound
        }
        let gateway = Gateway(ref: ref, cell: unsafeDowncast(cell, to: MessageCell<Never>.self))
        hooks.gateway = gateway
        return gateway
    }
}
