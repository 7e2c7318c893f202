import Backstage
import Matching

/// What a book says when it has done what it was asked.
enum BookAnswer: Sendable {
    case placed(OrderID, [Trade])
    case cancelled(OrderID)
    case notCancelled(OrderID)  // it is filled, or was never here
    case lost(OrderID)  // the book failed on it
}

/// Fails on purpose.
struct PoisonedOrder: Error {
    let id: OrderID
}

/// Matches the orders of one symbol. It keeps them in memory alone: whenever it starts, it asks the desk
/// for those that rest, and sets aside what comes before the answer.
struct Book: Actor {
    enum Message: Sendable {
        case place(Ticket)
        case cancel(OrderID)
        case restore(Result<[Order], BackstageError>)
        case resting(ReplyTo<[Order]>)
    }

    /// How much the desk may leave it to do. There is always room for the answer that it waits for when it
    /// starts: what is set aside meanwhile keeps its place in the inbox.
    static let pendingMax = 1000
    static let options = ActorOptions(capacity: pendingMax + 24)

    let symbol: String
    let desk: ActorRef<Desk.Message>
    private var book: OrderBook?
    private var inHand: OrderID?

    init(_ symbol: String, _ desk: ActorRef<Desk.Message>) {
        self.symbol = symbol
        self.desk = desk
    }

    mutating func started(_ context: Context<Message>) throws {
        let symbol = symbol
        try context.request(desk, { .resting(symbol, $0) }) { .restore($0) }
    }

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        if case .restore(let orders) = message {
            book = try OrderBook(resting: orders.get())
            try context.unstash()
        } else if book == nil {
            try context.stash()
        } else {
            try handle(message)
        }
    }

    private mutating func handle(_ message: Message) throws {
        switch message {
        case .place(let ticket):
            inHand = ticket.order.id
            let trades = book!.place(ticket.order)
            // The worst moment to fail: the book has changed, and nobody has been told.
            if ticket.isPoisoned { throw PoisonedOrder(id: ticket.order.id) }
            inHand = nil
            try answer(.placed(ticket.order.id, trades))
        case .cancel(let id):
            let order = book!.cancel(id)
            try answer(order == nil ? .notCancelled(id) : .cancelled(id))
        case .resting(let reply):
            try reply.send(book!.resting)
        case .restore:
            break
        }
    }

    private func answer(_ answer: BookAnswer) throws {
        try desk.send(.answered(symbol, answer, book!.quote))
    }

    /// What it did with the order in hand is forgotten with it: the desk must know.
    mutating func ended(_ reason: EndReason, _ context: Context<Message>) throws {
        if reason == .restarted, let inHand { try desk.send(.answered(symbol, .lost(inHand), nil)) }
    }
}
