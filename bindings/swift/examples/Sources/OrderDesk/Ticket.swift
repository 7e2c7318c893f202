import Matching

/// An order as a trader sends it to the desk.
struct Ticket: Sendable, Equatable {
    let symbol: String
    let order: Order
    var isPoisoned = false  // the book fails on it, to show what follows
}

/// Why an order was not taken.
public enum Rejection: String, Sendable, CaseIterable {
    case unknownSymbol = "unknown symbol"
    case duplicate = "duplicate"
    case badQuantity = "bad quantity"
    case badPrice = "bad price"
    case tooLarge = "too large"
    case busy = "busy"
    case failure = "failure"
}

/// What the desk takes.
public struct Limits: Sendable {
    public var quantityMax = 100
    public var centsMax = 1_000_000

    public init() {}

    func rejection(of order: Order) -> Rejection? {
        if order.quantity <= 0 { return .badQuantity }
        if order.cents <= 0 || order.cents > centsMax { return .badPrice }
        return order.quantity > quantityMax ? .tooLarge : nil
    }
}
