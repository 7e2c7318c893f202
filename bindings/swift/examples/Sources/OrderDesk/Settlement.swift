import Backstage
import Matching

/// Keeps the accounts, by what the desk publishes: a ledger of its own, apart from what traders think.
struct Settlement: Actor {
    enum Message: Sendable {
        case market(MarketData)
        case accounts(ReplyTo<Accounts>)
    }

    static let options = ActorOptions(capacity: 65536)

    private var accounts: Accounts

    init(_ accounts: Accounts) { self.accounts = accounts }

    mutating func started(_ context: Context<Message>) throws {
        try context.subscribe(to: MarketData.trades) { .market($0) }
    }

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .market(.trade(let symbol, let trade)): accounts.settle(trade, symbol)
        case .market(.quote): break
        case .accounts(let reply): try reply.send(accounts)
        }
    }
}
