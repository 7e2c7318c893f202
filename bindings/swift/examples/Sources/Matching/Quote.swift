/// The best prices of a book.
public struct Quote: Hashable, Sendable {
    /// A price, and what is offered there in all.
    public struct Level: Hashable, Sendable {
        public let cents: Int
        public let quantity: Int

        public init(cents: Int, quantity: Int) {
            self.cents = cents
            self.quantity = quantity
        }

        init(_ level: Ladder.Level) {
            self.init(cents: level.cents, quantity: level.orders.reduce(0) { $0 + $1.quantity })
        }
    }

    public let bid: Level?
    public let offer: Level?

    public init(bid: Level? = nil, offer: Level? = nil) {
        self.bid = bid
        self.offer = offer
    }

    /// Whether orders rest that should have traded: a fault.
    public var isCrossed: Bool {
        guard let bid, let offer else { return false }
        return bid.cents >= offer.cents
    }
}
