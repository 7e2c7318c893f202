/// One side of a book: the orders that rest there, by price, and by time where the price is the same.
struct Ladder: Equatable, Sendable {
    struct Level: Equatable, Sendable {
        let cents: Int
        var orders: [Order]  // the oldest first; never empty
    }

    let side: Side
    private(set) var levels: [Level] = []  // the best last, where it is cheap to take away

    init(_ side: Side) { self.side = side }

    var best: Level? { levels.last }

    /// The order that trades next.
    var first: Order? { levels.last?.orders[0] }

    /// The orders in the order in which they would trade.
    var orders: some Sequence<Order> { levels.reversed().lazy.flatMap(\.orders) }

    mutating func append(_ order: Order) {
        let index = position(of: order.cents)
        if index < levels.count, levels[index].cents == order.cents {
            levels[index].orders.append(order)
        } else {
            levels.insert(Level(cents: order.cents, orders: [order]), at: index)
        }
    }

    /// Takes a quantity off the order that trades next, which must have so much.
    mutating func fillFirst(_ quantity: Int) {
        let last = levels.count - 1
        levels[last].orders[0].quantity -= quantity
        if levels[last].orders[0].quantity == 0 { remove(at: 0, ofLevel: last) }
    }

    mutating func remove(_ id: OrderID, cents: Int) -> Order? {
        let level = position(of: cents)
        guard level < levels.count, levels[level].cents == cents,
            let index = levels[level].orders.firstIndex(where: { $0.id == id })
        else { return nil }
        return remove(at: index, ofLevel: level)
    }

    @discardableResult
    private mutating func remove(at index: Int, ofLevel level: Int) -> Order {
        let order = levels[level].orders.remove(at: index)
        if levels[level].orders.isEmpty { levels.remove(at: level) }
        return order
    }

    /// Where a price is, or belongs.
    private func position(of cents: Int) -> Int {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if isWorse(levels[middle].cents, than: cents) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func isWorse(_ left: Int, than right: Int) -> Bool {
        side == .buy ? left < right : left > right
    }
}
