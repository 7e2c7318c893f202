import Backstage

extension Stage {
    /// Expects a dead letter that has not been expected yet, the oldest that fits, and returns it.
    ///
    /// ```swift
    /// let letter = try stage.expectDeadLetter(.inboxFull, to: worker.erased)
    /// ```
    ///
    /// Settles first. Dead letters may be expected in any order; ``deadLetters`` keeps them all. What is nil,
    /// the reason why it could not be handled or who should have got it, may be anything; a closure may say
    /// more of what fits.
    @discardableResult
    public func expectDeadLetter(
        _ reason: DeadLetter.Reason? = nil, to receiver: AnyActorRef? = nil, file: String = #fileID,
        line: Int = #line, where matches: (DeadLetter) throws -> Bool = { _ in true }
    ) throws -> DeadLetter {
        let parts = ["a dead letter", reason.map { "(\($0))" }, receiver.map { "to \(name(of: $0))" }]
        return try take(parts.compactMap { $0 }.joined(separator: " "), file, line) {
            try (reason == nil || $0.reason == reason) && (receiver == nil || $0.receiver == receiver)
                && matches($0)
        }
    }

    /// Expects that a message has become a dead letter, and returns that.
    ///
    /// ```swift
    /// try stage.expectDeadLetter(of: Order.cancel(7), .ended)
    /// ```
    ///
    /// Settles first. For a receiver that has ended, the type of a message may no longer be known, if it is
    /// trivial: then it equals nothing.
    @discardableResult
    public func expectDeadLetter<Message: Equatable>(
        of message: Message, _ reason: DeadLetter.Reason? = nil, file: String = #fileID, line: Int = #line
    ) throws -> DeadLetter {
        let cause = reason.map { " (\($0))" } ?? ""
        return try take("\(text(of: message)) to be a dead letter\(cause)", file, line) {
            (reason == nil || $0.reason == reason) && $0.message as? Message == message
        }
    }

    /// Expects that there is no dead letter but those that have been expected. Settles first.
    public func expectNoDeadLetters(file: String = #fileID, line: Int = #line) throws {
        try settle(file: file, line: line)
        let unexpected = journal.deadLetters.indices.filter { !journal.seenDeadLetters.contains($0) }
        if unexpected.isEmpty { return }
        throw ExpectationFailure(
            expected: "no dead letter",
            got: "there is \(list(unexpected.map { describe(journal.deadLetters[$0]) }))", file: file,
            line: line)
    }

    private func take(
        _ expected: String, _ file: String, _ line: Int, _ matches: (DeadLetter) throws -> Bool
    ) throws -> DeadLetter {
        try settle(file: file, line: line)
        let unseen = journal.deadLetters.indices.filter { !journal.seenDeadLetters.contains($0) }
        guard let index = try unseen.first(where: { try matches(journal.deadLetters[$0]) }) else {
            throw ExpectationFailure(
                expected: expected,
                got: "there is \(list(unseen.map { describe(journal.deadLetters[$0]) }))", file: file,
                line: line)
        }
        journal.seenDeadLetters.insert(index)
        return journal.deadLetters[index]
    }

    private func describe(_ letter: DeadLetter) -> String {
        let message = letter.message.map { text(of: $0) }
        let bytes = letter.bytes.map { "\($0.count) bytes" }
        let receiver = letter.receiver.map { " to \(name(of: $0, id: letter.receiverID))" } ?? ""
        return "\(message ?? bytes ?? "a message")\(receiver) (\(letter.reason))"
    }
}

extension Stage {
    /// Expects that an actor of Swift has ended, for that reason or, if it is nil, for any, and returns how.
    /// A restart is no end. Settles first.
    @discardableResult
    public func expectEnd(
        of ref: AnyActorRef, _ reason: EndReason? = nil, file: String = #fileID, line: Int = #line
    ) throws -> Ending {
        try settle(file: file, line: line)
        let expected = "the end of \(name(of: ref))" + (reason.map { " (\($0))" } ?? "")
        guard let ending = endings.first(where: { $0.actor == ref }) else {
            throw ExpectationFailure(expected: expected, got: "it lives", file: file, line: line)
        }
        guard reason == nil || ending.reason == reason else {
            let error = ending.error.map { ": \($0)" } ?? ""
            throw ExpectationFailure(
                expected: expected, got: "it ended: \(ending.reason)\(error)", file: file, line: line)
        }
        return ending
    }

    /// The same by a typed ref.
    ///
    /// ```swift
    /// try worker.stop()
    /// try stage.expectEnd(of: worker, .stopped)
    /// ```
    @discardableResult
    public func expectEnd<Message: Sendable>(
        of ref: ActorRef<Message>, _ reason: EndReason? = nil, file: String = #fileID, line: Int = #line
    ) throws -> Ending {
        try expectEnd(of: ref.erased, reason, file: file, line: line)
    }

    /// Expects an entry in the log whose text, or error, contains a text, and returns the first: of that
    /// level or, if it is nil, of any. Settles first.
    ///
    /// ```swift
    /// try stage.expectLog(containing: "actor \"worker\" failed", .error)
    /// ```
    @discardableResult
    public func expectLog(
        containing part: String, _ level: LogLevel? = nil, file: String = #fileID, line: Int = #line
    ) throws -> LogEntry {
        try settle(file: file, line: line)
        let entry = log.first { (level == nil || $0.level == level) && $0.description.contains(part) }
        guard let entry else {
            throw ExpectationFailure(
                expected: "a log entry with \(part.debugDescription)" + (level.map { " (\($0))" } ?? ""),
                got: "there is \(list(log.map(\.description)))", file: file, line: line)
        }
        return entry
    }

    /// How an actor is called in a failure.
    private func name(of ref: AnyActorRef, id: String? = nil) -> String {
        let id = id ?? ref.id ?? endings.first { $0.actor == ref }?.id
        return id.map { "actor \($0.debugDescription)" } ?? "actor \(ref.rawValue)"
    }
}
