import Backstage

/// Reports at an interval, as an actor of the engine that it reports on: no thread more, and never while
/// a message is half handled.
struct Reporter: Actor {
    enum Message: Sendable { case report }

    let interval: Duration
    let report: () -> Void

    func started(_ context: Context<Message>) throws {
        try context.every(interval, send: .report)
    }

    func receive(_ message: Message, _ context: Context<Message>) {
        report()
    }
}
