import Backstage
import Matching

/// What there is to know of a symbol's market.
public struct TapeRow: Sendable, Equatable {
    public var trades = 0
    public var shares = 0
    public var amount = 0  // in cents
    public var last: Int?  // price
    public var quote = Quote()
}

/// Writes down trades and quotes, as a newspaper would.
struct Tape: Actor {
    enum Message: Sendable {
        case market(MarketData)
        case rows(ReplyTo<[String: TapeRow]>)
    }

    static let options = ActorOptions(capacity: 65536)

    private var rows: [String: TapeRow] = [:]

    mutating func started(_ context: Context<Message>) throws {
        try context.subscribe(to: MarketData.trades) { .market($0) }
        try context.subscribe(to: MarketData.quotes) { .market($0) }
    }

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .market(.trade(let symbol, let trade)):
            rows[symbol, default: TapeRow()].trades += 1
            rows[symbol]!.shares += trade.quantity
            rows[symbol]!.amount += trade.amount
            rows[symbol]!.last = trade.cents
        case .market(.quote(let symbol, let quote)):
            rows[symbol, default: TapeRow()].quote = quote
        case .rows(let reply):
            try reply.send(rows)
        }
    }
}
