import Backstage

/// An engine under a test's control: its clock moves only when the test says so, its decisions at random
/// follow a seed, and its log, its dead letters and the ends of its actors are kept.
///
/// ```swift
/// @Test func counts() throws {
///     let stage = try Stage(seed: 1)
///     let counter = try stage.spawn { Counter() }
///     let probe = try stage.probe(of: Int.self)
///     try counter.send(.add(2))
///     try counter.send(.report(to: probe.ref))
///     try probe.expect(2)
///     try stage.close()
/// }
/// ```
///
/// Nothing runs by itself: the engine runs inside ``settle(file:line:)``, ``step()``,
/// ``advance(by:file:line:)`` and ``run(within:file:line:_:)``, and inside expectations, which settle first.
/// No call sleeps, and the same test gives the same run, every time.
///
/// A stage is used by one task at a time. Each of its calls makes the calling thread the engine's, so that a
/// test may be `async` and be resumed on another.
public final class Stage {
    let journal = Journal()
    let executor = StageExecutor()
    let engineItself: Engine
    /// Tasks begun and perhaps not done.
    var tasks: [AnyStagedTask] = []
    /// Parts of tasks run so far.
    var jobs = 0
    private var isClosed = false

    /// Messages, events and parts of tasks that a single settling may take before it is given up as one that
    /// would never end: because two actors keep sending to each other, say.
    public var messagesMax = 1_000_000

    /// Makes a stage, its clock at zero.
    ///
    /// - Parameters:
    ///   - seed: of what is decided at random; nil for that of the options.
    ///   - options: limits of the engine. Its clock is virtual whatever they say. Their `log` and
    ///     `deadLetter` are called as well.
    /// - Throws: what `Engine.init` throws.
    public init(seed: UInt64? = nil, options: EngineOptions = EngineOptions()) throws(BackstageError) {
        var chosen = options
        chosen.clock = .virtual
        if let seed { chosen.seed = seed }
        chosen.log = { [journal] entry in
            journal.log.append(entry)
            options.log?(entry)
        }
        chosen.deadLetter = { [journal] letter in
            journal.deadLetters.append(letter)
            options.deadLetter?(letter)
        }
        engineItself = try Engine(chosen)
        engineItself.observeEnds { [journal] in journal.endings.append(Ending($0)) }
    }

    deinit { retire() }

    /// The engine. To ask for it makes the calling thread its own: so ask anew after each `await`, rather
    /// than keep it.
    public var engine: Engine {
        // It cannot be had inside a callback, where it is this thread's anyway; or closed.
        try? engineItself.adopt()
        return engineItself
    }

    /// The stage's clock: zero at first.
    public var now: Duration { engine.now }

    /// The engine's log so far. The engine's failures and warnings are in it.
    public var log: [LogEntry] { journal.log }

    /// All dead letters so far, expected or not.
    public var deadLetters: [DeadLetter] { journal.deadLetters }

    /// The ends of actors so far, in order; restarts are none. Actors of C are not seen.
    public var endings: [Ending] { journal.endings }

    /// Makes an actor, as `Engine.spawn` does.
    @discardableResult
    public func spawn<Spawned: Backstage.Actor>(
        _ id: String? = nil, options: ActorOptions? = nil, _ make: @escaping () throws -> Spawned
    ) throws(BackstageError) -> ActorRef<Spawned.Message> {
        try engine.spawn(id, options: options, make)
    }

    /// Makes an actor of a closure, as `Engine.spawn` does.
    @discardableResult
    public func spawn<Message: Sendable>(
        _ id: String? = nil, options: ActorOptions = ActorOptions(),
        _ receive: @escaping (Message, Context<Message>) throws -> Void
    ) throws(BackstageError) -> ActorRef<Message> {
        try engine.spawn(id, options: options, receive)
    }

    /// Makes the next message fail that an actor is handed: as if its `receive` had thrown the error. The
    /// message becomes a dead letter, and the actor's supervisor says what follows.
    ///
    /// ```swift
    /// try stage.fail(worker, with: DiskFull())
    /// try worker.send(.save)
    /// try stage.expectEnd(of: worker, .failed)
    /// ```
    ///
    /// What is made a message counts too: of a timer, a publication, an answer. A restart before that takes
    /// it back, and so does the actor's own `become`. Called twice, it makes two messages fail, the first of
    /// them with the error given last.
    ///
    /// - Throws: `notFound`; `invalidArgument` for an actor of C or Python; `closed`.
    public func fail<Message: Sendable>(_ ref: ActorRef<Message>, with error: any Error)
        throws(BackstageError)
    {
        try engine.failNext(ref, with: error)
    }

    /// Closes the engine, which ends all actors, and checks its ledger: each message that was accepted has
    /// been handled, or is a dead letter. Tasks that are not done are cancelled first. To close again does
    /// nothing.
    ///
    /// - Throws: ``ExpectationFailure`` if the ledger does not hold.
    public func close(file: String = #fileID, line: Int = #line) throws {
        if isClosed { return }
        isClosed = true
        try engineItself.adopt()
        retire()
        try engineItself.close()
        let ledger = try engineItself.statistics()
        guard ledger.queued == 0, ledger.accepted == ledger.handled + ledger.dead else {
            throw ExpectationFailure(
                expected: "accepted = handled + dead",
                got: "\(ledger.accepted) were accepted, \(ledger.handled) handled, "
                    + "\(ledger.dead) are dead and \(ledger.queued) queued",
                file: file, line: line)
        }
    }

    /// Ends what has been begun on the stage; what of it goes on by itself does so elsewhere.
    private func retire() {
        try? engineItself.adopt()
        for task in tasks { task.cancel() }
        // As much as it takes to end a task that minds being cancelled.
        for _ in 1...1000 where executor.hasJobs { jobs += executor.runJobs() }
        executor.retire()
    }
}
