import BackstageCore
import CBackstage

extension Engine {
    /// Makes an actor without a parent. It can be sent to at once; `make` is called when it has its first
    /// turn, and again whenever it restarts.
    ///
    /// ```swift
    /// let counter = try engine.spawn("counter") { Counter() }
    /// ```
    ///
    /// - Parameters:
    ///   - id: 1 to 255 bytes, unique among living actors; nil for none.
    ///   - options: nil for those of the actor's type.
    ///   - make: makes the actor, on the engine's thread. What it throws is a failure of the actor.
    /// - Throws: `invalidID`, `exists`, `invalidArgument` (an option out of range), `limit`, `noMemory`;
    ///   `ending` while the engine drains; `wrongThread`, `closed`.
    @inlinable @discardableResult
    public func spawn<Spawned: Actor>(
        _ id: String? = nil, options: ActorOptions? = nil, _ make: @escaping () throws -> Spawned
    ) throws(BackstageError) -> ActorRef<Spawned.Message> {
        try spawn(id, options ?? Spawned.options, Cell(make), Spawned.Message.self)
    }

    @usableFromInline
    func spawn<Message: Sendable>(
        _ id: String?, _ options: ActorOptions, _ cell: MessageCell<Message>, _: Message.Type
    ) throws(BackstageError) -> ActorRef<Message> {
        try checkHere()
        return try hooks.spawn(id, options, cell) { options, supervision, ref in
            core.spawn(options, supervision, ref)
        }
    }

    /// Makes an actor of a closure.
    ///
    /// ```swift
    /// let printer = try engine.spawn("printer") { (text: String, context) in print(text) }
    /// ```
    ///
    /// - Throws: as ``spawn(_:options:_:)-(_,_,()->Spawned)``.
    @inlinable @discardableResult
    public func spawn<Message: Sendable>(
        _ id: String? = nil, options: ActorOptions = ActorOptions(),
        _ receive: @escaping (Message, Context<Message>) throws -> Void
    ) throws(BackstageError) -> ActorRef<Message> {
        try spawn(id, options: options) { FunctionActor(receive) }
    }
}

extension Context {
    /// Makes an actor that is no child of this one: as ``Engine/spawn(_:options:_:)-(_,_,()->Spawned)``.
    @inlinable @discardableResult
    public func spawn<Spawned: Actor>(
        _ id: String? = nil, options: ActorOptions? = nil, _ make: @escaping () throws -> Spawned
    ) throws(BackstageError) -> ActorRef<Spawned.Message> {
        try spawn(id, options ?? Spawned.options, Cell(make), asChild: false)
    }

    /// The same of a closure.
    @inlinable @discardableResult
    public func spawn<Other: Sendable>(
        _ id: String? = nil, options: ActorOptions = ActorOptions(),
        _ receive: @escaping (Other, Context<Other>) throws -> Void
    ) throws(BackstageError) -> ActorRef<Other> {
        try spawn(id, options, Cell { FunctionActor(receive) }, asChild: false)
    }

    /// Makes a child: an actor that ends when this one does, and whose failures this one answers for, by its
    /// ``ActorOptions/supervision``.
    ///
    /// - Throws: as `spawn`; `ending` if this actor ends, or goes down to restart.
    @inlinable @discardableResult
    public func spawnChild<Child: Actor>(
        _ id: String? = nil, options: ActorOptions? = nil, _ make: @escaping () throws -> Child
    ) throws(BackstageError) -> ActorRef<Child.Message> {
        try spawn(id, options ?? Child.options, Cell(make), asChild: true)
    }

    /// The same of a closure.
    @inlinable @discardableResult
    public func spawnChild<Other: Sendable>(
        _ id: String? = nil, options: ActorOptions = ActorOptions(),
        _ receive: @escaping (Other, Context<Other>) throws -> Void
    ) throws(BackstageError) -> ActorRef<Other> {
        try spawn(id, options, Cell { FunctionActor(receive) }, asChild: true)
    }

    @usableFromInline
    func spawn<Other: Sendable>(
        _ id: String?, _ options: ActorOptions, _ other: MessageCell<Other>, asChild: Bool
    ) throws(BackstageError) -> ActorRef<Other> {
        let core = core
        return try cell.hooks.spawn(id, options, other) { options, supervision, ref in
            core.spawn(options, supervision, asChild: asChild, ref)
        }
    }
}

extension EngineHooks {
    fileprivate func spawn<Message: Sendable>(
        _ id: String?, _ options: ActorOptions, _ cell: MessageCell<Message>,
        _ spawn: (backstage_actor_options, backstage_supervision?, UnsafeMutablePointer<backstage_ref>) ->
            Status
    ) throws(BackstageError) -> ActorRef<Message> {
        guard isAlignable(Message.self), var chosen = options.forCore() else { throw .invalidArgument }
        if let id { try checkName(id, .invalidID) }
        let supervision = try options.supervision.map { supervision throws(BackstageError) in
            guard let supervision = supervision.forCore() else { throw .invalidArgument }
            return supervision
        }
        cell.join(self, options)
        let state = Unmanaged<AnyCell>.passRetained(cell)
        chosen.receive = nativeReceive
        chosen.`init` = startNative
        chosen.deinit = endNative
        chosen.state = state.toOpaque()
        var ref: backstage_ref = 0
        let status = withName(id) { id in
            withName(kind(of: Message.self)) { kind in
                chosen.id = id
                chosen.kind = kind
                return spawn(chosen, supervision, &ref)
            }
        }
        guard status == 0, let core = engine.core.actor(ref) else {
            state.release()
            throw BackstageError(status: status)
        }
        cell.settle(core)
        return ActorRef(ref, number)
    }
}

/// A name with a NUL in it would be cut short.
func checkName(_ name: String, _ error: BackstageError) throws(BackstageError) {
    if name.utf8.contains(0) { throw error }
}

func withName<Result>(_ name: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let name else { return body(nil) }
    return name.withCString(body)
}
