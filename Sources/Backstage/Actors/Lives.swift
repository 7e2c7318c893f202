import BackstageCore
import CBackstage

// Ending actors, and finding them.

extension ActorRef {
    /// Ends the actor, its children first, at its next turn: what it has queued becomes dead letters.
    ///
    /// Any thread, as ``poison()`` and ``drain(timeout:)``. From another than the engine's, errors that only
    /// the engine can know are not thrown, and the call is in order with what that thread sends.
    ///
    /// - Throws: `notFound`, `closed`; `queueFull` from another thread.
    public func stop() throws(BackstageError) { try erased.stop() }

    /// Ends the actor once it has handled what is already queued. What is sent from now on is refused, but
    /// for answers.
    ///
    /// - Throws: as ``stop()``.
    public func poison() throws(BackstageError) { try erased.poison() }

    /// Ends the actor and all below it once they have handled what they have queued, and what they send
    /// each other meanwhile.
    ///
    /// - Parameter timeout: what has not ended by then is killed; nil: never.
    /// - Throws: as ``stop()``; `noMemory`.
    public func drain(timeout: Duration? = nil) throws(BackstageError) { try erased.drain(timeout: timeout) }
}

extension AnyActorRef {
    /// As ``ActorRef/stop()``.
    public func stop() throws(BackstageError) {
        try act { $0.stop($1.ref) }
    }

    /// As ``ActorRef/poison()``.
    public func poison() throws(BackstageError) {
        try act { $0.poison($1.ref) }
    }

    /// As ``ActorRef/drain(timeout:)``.
    public func drain(timeout: Duration? = nil) throws(BackstageError) {
        let timeout = timeout.map { max(0, $0.nanoseconds) } ?? -1
        try act { $0.drain($1.ref, within: timeout) }
    }

    /// Calls with who acts, and this actor: itself acts if nobody else does.
    private func act(_ body: @escaping @Sendable (CoreActor, CoreActor) -> Status) throws(BackstageError) {
        let rawValue = rawValue
        @Sendable func act(_ core: Core) -> Status {
            guard let actor = core.actor(rawValue) else { return .notFound }
            return body(core.actingActor ?? actor, actor)
        }
        if let core = currentCore(engineNumber) { return try throwing(act(core)) }
        let own: Status?? = EngineTable.with(engineNumber) { $0.check() == 0 ? act($0) : nil }
        guard let own else { throw .closed }
        if let own { return try throwing(own) }
        try onThread(of: engineNumber) { engine in
            if let engine { _ = act(engine.core) }
        }
    }

    /// The ref with the type of its messages.
    ///
    /// The engine's thread.
    ///
    /// - Throws: `wrongMessage` if they are of another type; `notEncodable` for an actor of C or Python if
    ///   the type is no ``Payload``; `notFound`, `wrongThread`, `closed`.
    public func typed<Message: Sendable>(as type: Message.Type) throws(BackstageError) -> ActorRef<Message> {
        let found: Result<ActorRef<Message>, BackstageError>? = EngineTable.with(engineNumber) { core in
            let status = core.check()
            if status != 0 { return .failure(BackstageError(status: status)) }
            guard let actor = core.actor(rawValue) else { return .failure(.notFound) }
            guard let cell = AnyCell.of(actor, in: core) else {
                guard type is any Payload.Type else { return .failure(.notEncodable) }
                return .success(ActorRef(rawValue, engineNumber | foreignBit))
            }
            guard cell.messageType == type else { return .failure(.wrongMessage) }
            return .success(ActorRef(rawValue, engineNumber))
        }
        guard let found else { throw .closed }
        return try found.get()
    }

    /// The actor's id, if it lives and has one. The engine's thread; nil elsewhere.
    public var id: String? {
        let id: String?? = EngineTable.with(engineNumber) { core in
            guard core.check() == 0, let actor = core.actor(rawValue) else { return nil }
            return String(cString: actor.id)
        }
        guard let id = id ?? nil, !id.isEmpty else { return nil }
        return id
    }
}

extension ActorRef {
    /// As ``AnyActorRef/id``.
    public var id: String? { erased.id }
}

extension Engine {
    /// Finds an actor by its id; one that is ending too, until it has ended.
    ///
    /// ```swift
    /// let sampler = try engine.find("sampler", as: Sampler.Message.self)
    /// ```
    ///
    /// An actor of C or Python takes bytes: it is found as whatever ``Payload`` is asked for.
    ///
    /// - Throws: `notFound`; `wrongMessage` if its messages are of another type; `notEncodable` for an actor
    ///   of C or Python if the type is no ``Payload``; `invalidID`, `wrongThread`, `closed`.
    public func find<Message: Sendable>(_ id: String, as type: Message.Type) throws(BackstageError)
        -> ActorRef<Message>
    {
        try find(id).typed(as: type)
    }

    /// The same without the type of its messages.
    ///
    /// - Throws: `notFound`, `invalidID`, `wrongThread`, `closed`.
    public func find(_ id: String) throws(BackstageError) -> AnyActorRef {
        try checkHere()
        try checkName(id, .invalidID)
        let found: Result<AnyActorRef, BackstageError> = id.withCString {
            guard let name = core.name($0) else { return .failure(.invalidID) }
            guard let actor = core.actor(named: name) else { return .failure(.notFound) }
            return .success(AnyActorRef(actor.ref, number))
        }
        return try found.get()
    }

    /// All living actors. Takes time in proportion to them.
    ///
    /// - Throws: `wrongThread`, `closed`.
    public func actors() throws(BackstageError) -> [AnyActorRef] {
        try checkHere()
        var actors: [AnyActorRef] = []
        core.eachActor { _, ref in
            actors.append(AnyActorRef(ref, number))
            return 0
        }
        return actors
    }
}
