import Backstage
import Matching

/// Takes orders, writes them into its journal, hands each to the book of its symbol, and tells traders and
/// the market what came of it. It supervises the books.
struct Desk: Actor {
    enum Message: Sendable {
        case join(trader: Int, ActorRef<Trader.Message>)
        case place(Ticket)
        case cancel(OrderID)
        case leave(trader: Int)  // it will send no more
        case answered(String, BookAnswer, Quote?)
        case resting(String, ReplyTo<[Order]>)
        case journal(ReplyTo<Journal>)
    }

    static let options = ActorOptions(capacity: 65536, supervision: supervision)

    /// A book that fails on a poisoned order starts again, after a while; any other failure is a fault in
    /// the program, and ends the run.
    private static let supervision = Supervision(
        .oneForOne, restarts: 4096, within: .seconds(1),
        backoff: Supervision.Backoff(from: .milliseconds(2), to: .milliseconds(20), jitter: 0.2)
    ) { failure in
        failure.error is PoisonedOrder ? .restart : .escalate
    }

    private let symbols: [String]
    private let limits: Limits
    private let expected: Int  // traders, who all come and leave
    private var books: [String: ActorRef<Book.Message>] = [:]
    private var traders: [Int: ActorRef<Trader.Message>] = [:]
    private var journal = Journal()
    private var quotes: [String: Quote] = [:]
    private var pending: [String: Int] = [:]  // orders and cancels that a book has not answered
    private var leaving: Set<Int> = []
    private var failed: Set<String> = []  // the symbols of books that have not started again

    init(_ symbols: [String], _ limits: Limits, traders expected: Int) {
        self.symbols = symbols
        self.limits = limits
        self.expected = expected
    }

    static func bookID(_ symbol: String) -> String { "book.\(symbol)" }

    mutating func started(_ context: Context<Message>) throws {
        let desk = context.ref
        for symbol in symbols {
            books[symbol] = try context.spawnChild(Self.bookID(symbol)) { Book(symbol, desk) }
        }
    }

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .join(let trader, let ref): traders[trader] = ref
        case .place(let ticket): try place(ticket)
        case .cancel(let id): try cancel(id)
        case .leave(let trader):
            leaving.insert(trader)
            endIfDone(context)
        case .answered(let symbol, let answer, let quote):
            pending[symbol]! -= 1
            try take(answer, symbol, context)
            try publish(quote, symbol, context)
            endIfDone(context)
        case .resting(let symbol, let reply):
            failed.remove(symbol)
            journal.prune(symbol)
            try reply.send(journal.resting(in: symbol))
            endIfDone(context)
        case .journal(let reply): try reply.send(journal)
        }
    }

    /// When all have sent all, all is answered and all books are well, the day is over.
    private func endIfDone(_ context: Context<Message>) {
        let isAllAnswered = pending.values.allSatisfy { $0 == 0 }
        if leaving.count == expected, failed.isEmpty, isAllAnswered { context.engine.stop() }
    }
}

// What traders send.
extension Desk {
    private mutating func place(_ ticket: Ticket) throws(BackstageError) {
        let id = ticket.order.id
        if journal.has(id) { return try tell(id, .rejected(id, .duplicate)) }
        if books[ticket.symbol] == nil { return try reject(ticket, .unknownSymbol) }
        if let rejection = limits.rejection(of: ticket.order) { return try reject(ticket, rejection) }
        guard try hand(.place(ticket), ticket.symbol) else { return try reject(ticket, .busy) }
        journal.write(ticket)
    }

    private mutating func reject(_ ticket: Ticket, _ rejection: Rejection) throws(BackstageError) {
        journal.write(ticket, .rejected(rejection))
        try tell(ticket.order.id, .rejected(ticket.order.id, rejection))
    }

    private mutating func cancel(_ id: OrderID) throws(BackstageError) {
        guard let symbol = journal.entries[id]?.symbol, try hand(.cancel(id), symbol) else {
            return try tell(id, .notCancelled(id))
        }
    }

    /// Hands something to a book, unless that has too much to do: it fails, perhaps, and is to start again.
    private mutating func hand(_ message: Book.Message, _ symbol: String) throws(BackstageError) -> Bool {
        guard let book = books[symbol], pending[symbol, default: 0] < Book.pendingMax else { return false }
        try book.send(message)
        pending[symbol, default: 0] += 1
        return true
    }
}

// What books answer.
extension Desk {
    private mutating func take(_ answer: BookAnswer, _ symbol: String, _ context: Context<Message>) throws {
        switch answer {
        case .placed(let id, let trades):
            journal.place(id, trades)
            for trade in trades { try tell(of: trade, symbol, context) }
        case .cancelled(let id):
            journal.cancel(id)
            try tell(id, .cancelled(id))
        case .notCancelled(let id):
            try tell(id, .notCancelled(id))
        case .lost(let id):
            failed.insert(symbol)
            journal.reject(id, .failure)
            try tell(id, .rejected(id, .failure))
        }
    }

    private func tell(of trade: Trade, _ symbol: String, _ context: Context<Message>) throws {
        try tell(trade.buyer, .bought(trade, symbol: symbol))
        try tell(trade.seller, .sold(trade, symbol: symbol))
        let data = MarketData.trade(symbol: symbol, trade)
        try context.publish(data, on: data.topic)
    }

    private mutating func publish(_ quote: Quote?, _ symbol: String, _ context: Context<Message>) throws {
        guard let quote, quotes.updateValue(quote, forKey: symbol) != quote else { return }
        let data = MarketData.quote(symbol: symbol, quote)
        try context.publish(data, on: data.topic)
    }

    private func tell(_ id: OrderID, _ report: Trader.Report) throws(BackstageError) {
        try traders[id.trader]?.send(.report(report))
    }
}
