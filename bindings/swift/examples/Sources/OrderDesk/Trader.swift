import Backstage
import Matching

/// Sends random orders, and cancels some of them; keeps its own account of what it is told.
struct Trader: Actor {
    /// What the desk tells it of its orders.
    enum Report: Sendable, Equatable {
        case bought(Trade, symbol: String)
        case sold(Trade, symbol: String)
        case cancelled(OrderID)
        case notCancelled(OrderID)
        case rejected(OrderID, Rejection)
    }

    enum Message: Sendable {
        case act
        case market(MarketData)
        case report(Report)
        case record(ReplyTo<Record>)
    }

    /// What a trader knows of itself.
    struct Record: Sendable {
        let trader: Int
        var account: Account
        var orders: [OrderID: Order] = [:]  // all, with what is left of them
        var cancelled: Set<OrderID> = []
        var rejected: [OrderID: Rejection] = [:]
    }

    static let options = ActorOptions(capacity: 16384)

    private let desk: ActorRef<Desk.Message>
    private let habits: Habits
    private var left: Int  // orders to send
    private var random: SeededGenerator
    private var record: Record
    private var open: [OrderID] = []  // what rests, or has not been answered
    private var prices: [String: Int]
    private var timer: Timer?

    init(
        _ trader: Int, orders: Int, seed: UInt64, opening: Account, habits: Habits,
        desk: ActorRef<Desk.Message>
    ) {
        self.desk = desk
        self.habits = habits
        left = orders
        random = SeededGenerator(seed: seed)
        record = Record(trader: trader, account: opening)
        prices = habits.prices
    }

    mutating func started(_ context: Context<Message>) throws {
        try desk.send(.join(trader: record.trader, context.ref))
        try context.subscribe(to: MarketData.quotes) { .market($0) }
        timer = try context.every(.microseconds(Int.random(in: 500...1500, using: &random)), send: .act)
    }

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .act: try act(context)
        case .market(.quote(let symbol, let quote)): prices[symbol] = quote.middle ?? prices[symbol]
        case .market(.trade): break
        case .report(let report): take(report)
        case .record(let reply): try reply.send(record)
        }
    }

    private mutating func act(_ context: Context<Message>) throws {
        if left == 0 {
            if let timer { context.cancel(timer) }
            timer = nil
            try desk.send(.leave(trader: record.trader))
        } else if habits.cancels(&random), let id = open.randomElement(using: &random) {
            try desk.send(.cancel(id))
        } else {
            left -= 1
            let id = OrderID(trader: record.trader, number: record.orders.count + 1)
            let ticket = habits.ticket(id, prices, &random)
            record.orders[id] = ticket.order
            open.append(id)
            try desk.send(.place(ticket))
        }
    }

    private mutating func take(_ report: Report) {
        switch report {
        case .bought(let trade, let symbol):
            record.account.buy(trade, symbol)
            fill(trade.buyer, trade.quantity)
        case .sold(let trade, let symbol):
            record.account.sell(trade, symbol)
            fill(trade.seller, trade.quantity)
        case .cancelled(let id):
            record.cancelled.insert(id)
            close(id)
        case .rejected(let id, let rejection):
            record.rejected[id] = rejection
            close(id)
        case .notCancelled: break
        }
    }

    private mutating func fill(_ id: OrderID, _ quantity: Int) {
        record.orders[id]!.quantity -= quantity
        if record.orders[id]!.quantity == 0 { close(id) }
    }

    private mutating func close(_ id: OrderID) {
        if let index = open.firstIndex(of: id) { open.remove(at: index) }
    }
}

extension Quote {
    /// Between bid and offer, if there are both.
    fileprivate var middle: Int? {
        guard let bid, let offer else { return nil }
        return (bid.cents + offer.cents) / 2
    }
}
