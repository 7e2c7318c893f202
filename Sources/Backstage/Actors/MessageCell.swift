import BackstageCore
import CBackstage

/// What may become a message of an actor: an event, an answer, a publication. Returns the message, or nil
/// if it has been seen to.
typealias Handler<Message: Sendable> = (Slot, Context<Message>) throws -> Message?

/// A cell whose messages are known: what a ``Context`` works with.
@usableFromInline class MessageCell<Message: Sendable>: AnyCell {
    /// Of timers and watchers, by token: gone with a restart.
    var sources: [UInt64: Source] = [:]
    /// Of requests, by token.
    var requests: [UInt64: Handler<Message>] = [:]
    /// By who is monitored.
    var monitors: [UInt64: Handler<Message>] = [:]
    var subscriptions: [SubscriptionEntry<Message>] = []
    var receiveTimeout: Handler<Message>?
    /// Receives in the actor's place.
    var behavior: ((Message, Context<Message>) throws -> Void)? {
        didSet { isPlain.pointee = behavior == nil }
    }
    /// Whether nothing does: where the hot path can see it.
    let isPlain: UnsafeMutablePointer<Bool>

    struct Source {
        let handler: Handler<Message>
        let isOnce: Bool
    }

    /// For what is in hand.
    var context: Context<Message> {
        @_lifetime(immortal) get { Context(Unmanaged.passUnretained(self), slot) }
    }

    @usableFromInline init(
        isPlain: UnsafeMutablePointer<Bool>, receive: @escaping (Slot, UnsafeMutableRawPointer) -> Int32
    ) {
        self.isPlain = isPlain
        super.init(receive: receive)
    }

    /// Hands the actor a message.
    func deliver(_ message: Message) throws {}
    func receiveWithCare(_ slot: Slot) -> Int32 { 0 }
    func childFailed(_ termination: Termination) throws {}
    func subscriptionChanged(_ change: SubscriptionChange) throws {}
    func undecodable(_ error: any Error) throws {}

    override var messageType: Any.Type { Message.self }

    override func copyMessage(_ value: UnsafeRawPointer) -> Any {
        value.assumingMemoryBound(to: Message.self).pointee
    }

    /// The actor starts again: what does not survive that is gone.
    func forgetSources() {
        sources = [:]
        receiveTimeout = nil
        behavior = nil
    }
}

extension MessageCell {
    /// All that is no native message: bytes, publications, answers, events.
    func receiveOther(_ slot: Slot) -> Int32 {
        let outer = self.slot
        self.slot = slot
        defer { self.slot = outer }
        switch Int(slot.pointee.type) {
        case BACKSTAGE_SEND, BACKSTAGE_REQUEST: return attempt { try receiveBytes(slot) }
        case BACKSTAGE_PUBLISH: return attempt { try receivePublication(slot) }
        case BACKSTAGE_REPLY: return attempt { try receiveAnswer(slot) }
        case BACKSTAGE_SUBSCRIBE, BACKSTAGE_UNSUBSCRIBE:
            return attempt { try subscriptionChanged(SubscriptionChange(slot, hooks.number)) }
        default: return acting { try receiveEvent(slot) }
        }
    }

    private func attempt(_ body: () throws -> Void) -> Int32 {
        do {
            try body()
            return 0
        } catch {
            return fail(error)
        }
    }

    private func receiveBytes(_ slot: Slot) throws {
        let message: Message
        do {
            message = try decode(Message.self, slot, hooks.number)
        } catch {
            return try undecodable(error)
        }
        try deliver(message)
    }

    private func receiveAnswer(_ slot: Slot) throws {
        guard let handler = requests.removeValue(forKey: slot.pointee.token) else { return }
        if let message = try handler(slot, context) { try deliver(message) }
    }

    private func receiveEvent(_ slot: Slot) throws {
        if let message = try handle(slot) { try deliver(message) }
    }

    private func handle(_ slot: Slot) throws -> Message? {
        let token = slot.pointee.token
        switch Int(slot.pointee.type) {
        case BACKSTAGE_FAILURE: return try requests.removeValue(forKey: token)?(slot, context)
        case BACKSTAGE_RECEIVE_TIMEOUT: return try receiveTimeout?(slot, context)
        case BACKSTAGE_TERMINATED:
            let sender = slot.pointee.sender
            if let handler = monitors.removeValue(forKey: sender) { return try handler(slot, context) }
            try childFailed(Termination(slot, hooks.number))
            return nil
        default:
            guard let source = sources[token] else { return nil }
            if source.isOnce { sources[token] = nil }
            return try source.handler(slot, context)
        }
    }
}

extension SubscriptionChange {
    init(_ slot: Slot, _ engine: UInt32) {
        subscriber = AnyActorRef(slot.pointee.sender, engine)
        begins = Int(slot.pointee.type) == BACKSTAGE_SUBSCRIBE
        let name = UnsafeRawBufferPointer(start: slot.pointee.payload, count: Int(slot.pointee.size))
        topic = name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }
}
