/// What an order does to who sent it: a buyer pays and gets shares.
public enum Side: Sendable {
    case buy
    case sell

    public var other: Side { self == .buy ? .sell : .buy }
}

/// Given by the trader, so that an order can be named, and cancelled, before anybody has answered.
public struct OrderID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let trader: Int
    public let number: Int

    public init(trader: Int, number: Int) {
        self.trader = trader
        self.number = number
    }

    public var description: String { "T\(trader)-\(number)" }

    public static func < (left: OrderID, right: OrderID) -> Bool {
        (left.trader, left.number) < (right.trader, right.number)
    }
}

/// To buy or sell a number of shares, at this price or a better one.
public struct Order: Hashable, Sendable {
    public let id: OrderID
    public let side: Side
    public let cents: Int  // a share
    public var quantity: Int  // what is left of it

    public init(id: OrderID, side: Side, cents: Int, quantity: Int) {
        self.id = id
        self.side = side
        self.cents = cents
        self.quantity = quantity
    }

    /// Would this order trade at such a price of the other side?
    func accepts(_ cents: Int) -> Bool {
        side == .buy ? cents <= self.cents : cents >= self.cents
    }
}

/// Two orders met, at the price of the one that was there before.
public struct Trade: Hashable, Sendable {
    public let cents: Int
    public let quantity: Int
    public let buyer: OrderID
    public let seller: OrderID

    public init(cents: Int, quantity: Int, buyer: OrderID, seller: OrderID) {
        self.cents = cents
        self.quantity = quantity
        self.buyer = buyer
        self.seller = seller
    }

    /// What changes hands.
    public var amount: Int { cents * quantity }
}
