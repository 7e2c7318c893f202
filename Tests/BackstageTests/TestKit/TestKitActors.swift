import Backstage
import BackstageTestKit
import Testing

/// What most of these tests need: it adds up, answers, reports, and fails.
struct Tally: Backstage.Actor {
    enum Message: Sendable, Equatable {
        case add(Int)
        case total(ReplyTo<Int>)
        case report(to: ActorRef<Int>)
        case fail
    }
    struct Failed: Error, Equatable {}

    var sum = 0

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .add(let number): sum += number
        case .total(let reply): try reply.send(sum)
        case .report(let ref): try ref.send(sum)
        case .fail: throw Failed()
        }
    }
}

/// Answers when a timer says so.
struct Slow: Backstage.Actor {
    enum Message: Sendable { case ask(ReplyTo<Duration>) }
    let delay: Duration

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        guard case .ask(let reply) = message else { return }
        try context.after(delay) { _, context in try reply.send(context.now) }
    }
}

/// The failure that an expectation throws; records an issue if it throws none, or something else.
func failure(
    _ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) -> ExpectationFailure? {
    do {
        try body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch let failure as ExpectationFailure {
        return failure
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
    return nil
}
