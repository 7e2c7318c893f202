import Backstage

extension Stage {
    /// Runs until there is nothing left to do without time passing: no message to be handled, nothing due,
    /// no task that could go on. An actor that stops the engine does not keep it from that.
    ///
    /// - Throws: ``ExpectationFailure`` if that takes more than ``messagesMax`` messages, events and parts of
    ///   tasks. What ends a run of the engine, once all is done: `failed` or `status` if a failure was
    ///   escalated past the top, `timeout` if a drain of the engine had to kill. `inCallback`, `closed`.
    public func settle(file: String = #fileID, line: Int = #line) throws {
        let engine = engine
        let before = try taken(engine)
        var ending: BackstageError?
        var isSettled = false
        while !isSettled {
            do throws(BackstageError) {
                isSettled = try settleOnce(engine)
            } catch {
                // Not from a run at all.
                if [.closed, .inCallback, .wrongThread].contains(error) { throw error }
                ending = ending ?? error
            }
            let taken = try taken(engine) - before
            if taken > messagesMax {
                throw ExpectationFailure(
                    expected: "the engine to settle",
                    got: "it is still busy after \(taken) messages, events and parts of tasks", file: file,
                    line: line)
            }
        }
        if let ending { throw ending }
    }

    /// A turn for all who are ready. Whether there was nothing to do, descriptors included, and there is
    /// nothing now.
    private func settleOnce(_ engine: Engine) throws(BackstageError) -> Bool {
        let wasIdle = isIdle
        let before = try taken(engine)
        jobs += executor.runJobs()
        try engine.run(.noWait)
        let after = try taken(engine)
        return wasIdle && isIdle && after == before
    }

    /// Whether nothing is left to do that is known of.
    private var isIdle: Bool { !executor.hasJobs && engineItself.isIdle }

    /// What has been done so far.
    private func taken(_ engine: Engine) throws(BackstageError) -> Int {
        let statistics = try engine.statistics()
        return statistics.handled + statistics.dead + statistics.events + jobs
    }

    /// Gives each actor that is ready now one turn: it handles as many messages as its budget allows. Time
    /// stands still.
    ///
    /// ```swift
    /// while try stage.step() { #expect(try stage.engine.statistics(of: worker).queued <= 10) }
    /// ```
    ///
    /// - Returns: whether there is anything left to do without time passing.
    /// - Throws: as `Engine.run`.
    @discardableResult
    public func step() throws -> Bool {
        let engine = engine
        jobs += executor.runJobs()
        try engine.run(.noWait)
        return !isIdle
    }

    /// Lets time pass: settles; moves the clock to each moment at which something is due, and settles there;
    /// then moves it to the end. So each timer fires at its time and in its order, and a timer of one second
    /// fires ten times in ten.
    ///
    /// ```swift
    /// try stage.advance(by: .seconds(10))
    /// ```
    ///
    /// What becomes due while it advances, as a timer that starts another, is part of it. `Engine.advance`,
    /// in contrast, moves the clock at one stroke, as if the engine had been busy for so long.
    ///
    /// - Throws: as ``settle(file:line:)``; `invalidArgument` for a negative duration.
    public func advance(by duration: Duration, file: String = #fileID, line: Int = #line) throws {
        guard duration >= .zero else { throw BackstageError.invalidArgument }
        try settle(file: file, line: line)
        let end = engineItself.now + duration
        while let due = engineItself.nextDue, due <= end { try move(to: due, file, line) }
        try move(to: end, file, line)
    }

    /// Moves the clock to a moment that is no later than anything due, and settles.
    func move(to moment: Duration, _ file: String, _ line: Int) throws {
        let engine = engine
        if moment > engine.now { try engine.advance(by: moment - engine.now) }
        try settle(file: file, line: line)
    }
}
