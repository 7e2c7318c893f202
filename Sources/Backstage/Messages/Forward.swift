import BackstageCore

extension Context {
    /// Sends a message on in place of the one in hand: the same, or one made of it. Its sender stays who it
    /// was; and if it is a request, the asker waits for the receiver from now on, and no longer for this
    /// actor.
    ///
    /// ```swift
    /// case .total(let reply): try context.forward(.total(reply), to: accountant)
    /// ```
    ///
    /// - Throws: `notWaiting` if no message is in hand, but an event or an answer; `otherEngine`; else as
    ///   ``ActorRef/send(_:)``.
    public func forward<Other: Sendable>(_ message: Other, to ref: ActorRef<Other>) throws(BackstageError) {
        guard let slot, slot.isMessage else { throw .notWaiting }
        guard ref.engineNumber & ~foreignBit == cell.hooks.number else { throw .otherEngine }
        guard isAlignable(Other.self) else { throw .invalidArgument }
        let core = core
        let engine = core.pointee.engine
        if ref.engineNumber & foreignBit != 0 {
            let bytes = try encode(message)
            let status = bytes.withUnsafeBytes {
                engine.forward(slot, from: core, to: ref.rawValue, $0.baseAddress, $0.count)
            }
            return try throwing(status)
        }
        let status = withValue(message, isMovedIf: { $0 == 0 }) {
            engine.forward(slot, from: core, to: ref.rawValue, $0)
        }
        try throwing(status)
    }
}
