import BackstageCore
import CBackstage

/// A timer of an actor's: to cancel it by.
public struct Timer: Sendable, Hashable {
    let token: UInt64
}

/// A timer that was due.
public struct TimerEvent: Sendable, Hashable {
    /// When it was due, on the engine's clock.
    public let due: Duration
    /// How often it was due since it was last handled: 1, or more if late.
    public let expirations: Int

    init(_ slot: Slot) {
        let event = slot.pointee.payload.load(as: backstage_timer_event.self)
        due = .nanoseconds(Int64(clamping: event.due_ns))
        expirations = Int(clamping: event.expirations)
    }
}

extension Context {
    /// Gives this actor a message after a while, and never early. The timer ends with the actor, and with a
    /// restart.
    ///
    /// - Throws: `invalidArgument` for a negative duration; `noMemory`; `ending`.
    @discardableResult
    public func after(_ delay: Duration, send message: Message) throws(BackstageError) -> Timer {
        try cell.startTimer(delay, every: nil) { slot, state in Backstage.deliver(message, slot, state) }
    }

    /// The same with a closure that is called then.
    @discardableResult
    public func after(
        _ delay: Duration, perform: @escaping (TimerEvent, Context<Message>) throws -> Void
    ) throws(BackstageError) -> Timer {
        try cell.startTimer(delay, every: nil) { [cell = unmanaged] slot, _ in
            cell._withUnsafeGuaranteedRef { cell in
                cell.attempt { try perform(TimerEvent(slot), cell.context(slot)) }
            }
        }
    }

    /// Gives this actor a message again and again, first after one period, or after `delay`. A timer that is
    /// late by several periods comes once.
    ///
    /// - Throws: `invalidArgument` unless the period is positive; `noMemory`; `ending`.
    @discardableResult
    public func every(_ period: Duration, after delay: Duration? = nil, send message: Message)
        throws(BackstageError) -> Timer
    {
        try cell.startTimer(delay ?? period, every: period) { slot, state in
            Backstage.deliver(message, slot, state)
        }
    }

    /// The same with a closure that is called then.
    @discardableResult
    public func every(
        _ period: Duration, after delay: Duration? = nil,
        perform: @escaping (TimerEvent, Context<Message>) throws -> Void
    ) throws(BackstageError) -> Timer {
        try cell.startTimer(delay ?? period, every: period) { [cell = unmanaged] slot, _ in
            cell._withUnsafeGuaranteedRef { cell in
                cell.attempt { try perform(TimerEvent(slot), cell.context(slot)) }
            }
        }
    }

    /// Ends a timer; what was due and not yet handled is withdrawn. Does nothing if it has ended.
    public func cancel(_ timer: Timer) {
        _ = core.cancelTimer(timer.token)
        cell.sources[timer.token] = nil
    }

    /// Gives this actor a message whenever neither message nor event has come to it for so long, and again
    /// after as long. Ends with a restart.
    ///
    /// - Throws: `invalidArgument` unless the duration is positive; `noMemory`; `ending`.
    public func receiveTimeout(_ delay: Duration, send message: Message) throws(BackstageError) {
        guard delay > .zero else { throw .invalidArgument }
        try throwing(core.setReceiveTimeout(delay.nanoseconds))
        cell.receiveTimeout = { slot, state in Backstage.deliver(message, slot, state) }
    }

    /// Takes a receive timeout back.
    public func cancelReceiveTimeout() throws(BackstageError) {
        try throwing(core.setReceiveTimeout(0))
        cell.receiveTimeout = nil
    }
}

extension AnyCell {
    fileprivate func startTimer(_ delay: Duration, every period: Duration?, _ handler: @escaping Handler)
        throws(BackstageError) -> Timer
    {
        if let period, period <= .zero { throw .invalidArgument }
        var token: UInt64 = 0
        try throwing(core.startTimer(after: delay.nanoseconds, every: period?.nanoseconds ?? 0, &token))
        sources[token] = Source(handler: handler, isOnce: period == nil)
        return Timer(token: token)
    }
}
