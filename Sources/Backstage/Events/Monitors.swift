import BackstageCore
import CBackstage

extension Context {
    /// Gives this actor a message when another ends, whatever the reason; at once if it has ended already. A
    /// restart is no end. To monitor again is no error; the new closure takes the former's place.
    ///
    /// ```swift
    /// try context.monitor(worker) { .workerEnded($0.reason) }
    /// ```
    ///
    /// - Throws: `invalidArgument` for this actor itself; `otherEngine`, `noMemory`, `ending`.
    public func monitor<Other: Sendable>(
        _ ref: ActorRef<Other>, _ make: @escaping (Termination) -> Message
    ) throws(BackstageError) {
        try monitor(ref.erased, make)
    }

    /// The same by a ref without a type.
    public func monitor(_ ref: AnyActorRef, _ make: @escaping (Termination) -> Message)
        throws(BackstageError)
    {
        let number = cell.hooks.number
        guard ref.engineNumber == number else { throw .otherEngine }
        let status = core.monitor(ref.rawValue)
        if status != Status.exists { try throwing(status) }
        cell.monitors[ref.rawValue] = { Backstage.deliver(make(Termination($0, number)), $0, $1) }
    }

    /// Takes that back; an end that has not been handled is withdrawn.
    ///
    /// - Throws: `notMonitored`.
    public func unmonitor<Other: Sendable>(_ ref: ActorRef<Other>) throws(BackstageError) {
        try unmonitor(ref.erased)
    }

    /// The same by a ref without a type.
    public func unmonitor(_ ref: AnyActorRef) throws(BackstageError) {
        try throwing(core.unmonitor(ref.rawValue))
        cell.monitors[ref.rawValue] = nil
    }
}
