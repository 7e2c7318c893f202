/// The limit orders of one symbol. Who offers the best price trades first; where the price is the same,
/// who came first. What an order does not trade at once rests, until it does or is cancelled.
public struct OrderBook: Equatable, Sendable {
    private var bids = Ladder(.buy)
    private var offers = Ladder(.sell)
    private var places: [OrderID: Place] = [:]  // of the orders that rest

    private struct Place: Equatable {
        let side: Side
        let cents: Int
    }

    public init() {}

    /// A book of orders that rest already, in the order in which they came.
    public init(resting orders: some Sequence<Order>) {
        for order in orders { rest(order) }
    }

    /// Trades as much of an order as it can, and lets the remainder rest. The id must be new.
    public mutating func place(_ order: Order) -> [Trade] {
        precondition(order.quantity > 0 && places[order.id] == nil)
        var order = order
        var trades: [Trade] = []
        while order.quantity > 0, let trade = match(order) {
            order.quantity -= trade.quantity
            trades.append(trade)
        }
        if order.quantity > 0 { rest(order) }
        return trades
    }

    /// Takes an order away: what is left of it, or nil if it does not rest here (any more).
    public mutating func cancel(_ id: OrderID) -> Order? {
        guard let place = places.removeValue(forKey: id) else { return nil }
        return place.side == .buy
            ? bids.remove(id, cents: place.cents) : offers.remove(id, cents: place.cents)
    }

    public var quote: Quote {
        Quote(bid: bids.best.map(Quote.Level.init), offer: offers.best.map(Quote.Level.init))
    }

    /// The orders that rest: the bids and then the offers, each in the order in which they would trade.
    public var resting: [Order] { Array(bids.orders) + Array(offers.orders) }

    private mutating func rest(_ order: Order) {
        places[order.id] = Place(side: order.side, cents: order.cents)
        if order.side == .buy { bids.append(order) } else { offers.append(order) }
    }

    /// Trades with the first of the other side, if their prices meet.
    private mutating func match(_ order: Order) -> Trade? {
        let first = order.side == .buy ? offers.first : bids.first
        guard let first, order.accepts(first.cents) else { return nil }
        let quantity = min(order.quantity, first.quantity)
        if order.side == .buy { offers.fillFirst(quantity) } else { bids.fillFirst(quantity) }
        if quantity == first.quantity { places[first.id] = nil }
        let (buyer, seller) = order.side == .buy ? (order.id, first.id) : (first.id, order.id)
        return Trade(cents: first.cents, quantity: quantity, buyer: buyer, seller: seller)
    }
}
