import Backstage
import BackstageTestKit
import Matching

@testable import OrderDesk

/// A desk, and two traders that the test plays: the first has the number 1.
struct Floor {
    let stage: Stage
    let desk: ActorRef<Desk.Message>
    let trader: Probe<Trader.Message>
    let other: Probe<Trader.Message>
    let trades: Probe<MarketData>

    init() throws {
        stage = try Stage(seed: 1)
        desk = try stage.spawn("desk") { Desk(["ACME", "BOLT"], Limits(), traders: 2) }
        trader = try stage.probe(of: Trader.Message.self, options: ActorOptions(capacity: 8192))
        other = try stage.probe(of: Trader.Message.self)
        trades = try stage.probe(on: MarketData.trades)
        try desk.send(.join(trader: 1, trader.ref))
        try desk.send(.join(trader: 2, other.ref))
    }

    @discardableResult
    func place(
        _ number: Int, by trader: Int = 1, _ side: Side = .buy, _ quantity: Int = 10, at cents: Int = 100,
        symbol: String = "ACME", isPoisoned: Bool = false
    ) throws -> OrderID {
        let id = OrderID(trader: trader, number: number)
        let order = Order(id: id, side: side, cents: cents, quantity: quantity)
        try desk.send(.place(Ticket(symbol: symbol, order: order, isPoisoned: isPoisoned)))
        return id
    }

    func resting(in symbol: String = "ACME") throws -> [Order] {
        let book = try stage.engine.find(Desk.bookID(symbol), as: Book.Message.self)
        return try stage.request(book) { .resting($0) }
    }
}

extension Probe<Trader.Message> {
    /// The next report of the desk's.
    func report() throws -> Trader.Report {
        try expectMatch { if case .report(let report) = $0 { report } else { nil } }
    }
}
