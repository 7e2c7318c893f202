import Backstage
import Testing

/// An engine with messages of one form, all of whose tokens are counted.
final class Voyage<Message: Cargo> {
    /// A dead letter, and whether it came whole.
    struct Dead: Sendable, Equatable, CustomStringConvertible {
        let reason: DeadLetter.Reason
        let number: Int?

        init(_ reason: DeadLetter.Reason, _ number: Int?) {
            self.reason = reason
            self.number = number
        }

        var description: String { "\(number.map { "\($0)" } ?? "none") \(reason)" }
    }

    let census = Census()
    let engine: Engine
    let dead = Notes<Dead>()
    /// The numbers of the messages that came to a sink, whole.
    let seen = Notes<Int>()

    init(_ options: EngineOptions) throws {
        var options = options
        options.deadLetter = { [dead, census] letter in
            let message = (letter.message as? any Carrier)?.cargo
            if message != nil { #expect(census.alive > 0) }
            #expect(message?.isWhole ?? true)
            dead.add(Dead(letter.reason, message?.number))
        }
        engine = try Engine(options)
    }

    func cargo(_ number: Int) -> Message { make(Token(number, census)) }

    /// The same from any thread.
    var maker: @Sendable (Int) -> Message {
        { [census] in make(Token($0, census)) }
    }

    /// An actor that notes what it gets.
    func sink(_ id: String? = nil, _ options: ActorOptions = ActorOptions()) throws -> ActorRef<Message> {
        try engine.spawn(id, options: options) { [seen] (message: Message, _) in
            #expect(message.isWhole)
            seen.add(message.number)
        }
    }

    func settle() throws {
        try engine.run(.untilIdle)
        try checkLedger()
    }

    @discardableResult
    func checkLedger() throws -> Statistics {
        let now = try engine.statistics()
        #expect(now.accepted == now.handled + now.dead + now.queued)
        return now
    }

    func close() throws {
        try checkLedger()
        try engine.close()
        let last = try checkLedger()
        #expect(last.queued == 0 && last.actors == 0)
        #expect(last.dead == dead.count)
    }
}

/// Puts a token into a message; a token is one itself.
private func make<Message: Cargo>(_ token: Token) -> Message { token as? Message ?? Message(token) }

/// Runs a test of one form on an engine of its own. At the end nothing may be left of any message.
func withVoyage<Message: Cargo>(
    _: Message.Type, _ options: EngineOptions = EngineOptions(clock: .virtual),
    _ body: (Voyage<Message>) throws -> Void
) throws {
    let voyage = try Voyage<Message>(options)
    try body(voyage)
    try voyage.close()
    #expect(voyage.census.made > 0)
    #expect(voyage.census.alive == 0)
}
