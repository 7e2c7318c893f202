import Matching
import Testing

/// Random orders and cancels, compared with a model that is a plain list.
struct RandomOrderTests {
    /// The rules again, in the most direct way: a search of all orders for the best one.
    private struct Model {
        var resting: [Order] = []  // in the order in which they came

        mutating func place(_ order: Order) -> [Trade] {
            var order = order
            var trades: [Trade] = []
            while order.quantity > 0, let index = best(for: order) {
                let quantity = min(order.quantity, resting[index].quantity)
                let isBuy = order.side == .buy
                trades.append(
                    Trade(
                        cents: resting[index].cents, quantity: quantity,
                        buyer: isBuy ? order.id : resting[index].id,
                        seller: isBuy ? resting[index].id : order.id))
                order.quantity -= quantity
                resting[index].quantity -= quantity
                resting.removeAll { $0.quantity == 0 }
            }
            if order.quantity > 0 { resting.append(order) }
            return trades
        }

        /// The first of those with the best price.
        private func best(for order: Order) -> Int? {
            resting.indices.filter { index in
                let other = resting[index]
                return other.side != order.side
                    && (order.side == .buy ? other.cents <= order.cents : other.cents >= order.cents)
            }.min { left, right in
                let (left, right) = ((resting[left].cents, left), (resting[right].cents, right))
                return order.side == .buy ? left < right : (-left.0, left.1) < (-right.0, right.1)
            }
        }
    }

    private static func order(_ number: Int, _ random: inout SeededGenerator) -> Order {
        Order(
            id: OrderID(trader: Int.random(in: 1...5, using: &random), number: number),
            side: Bool.random(using: &random) ? .buy : .sell,
            cents: Int.random(in: 95...105, using: &random),
            quantity: Int.random(in: 1...20, using: &random))
    }

    @Test(arguments: UInt64(0)..<20) func theBookDoesAsTheModel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var book = OrderBook()
        var model = Model()
        var sent: [OrderID] = []
        for number in 0..<500 {
            if number % 4 == 3, let id = sent.randomElement(using: &random) {
                let expected = model.resting.first { $0.id == id }
                model.resting.removeAll { $0.id == id }
                #expect(book.cancel(id) == expected)
            } else {
                let order = Self.order(number, &random)
                sent.append(order.id)
                #expect(book.place(order) == model.place(order))
            }
            #expect(Set(book.resting) == Set(model.resting))
            #expect(!book.quote.isCrossed)
        }
        #expect(sent.count == 375)
    }

    @Test(arguments: UInt64(0)..<20) func sharesAndMoneyAreConserved(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var book = OrderBook()
        var placed = [Side.buy: 0, Side.sell: 0]
        var traded = 0
        var cancelled = [Side.buy: 0, Side.sell: 0]
        var limits: [OrderID: Order] = [:]
        for number in 0..<500 {
            let order = Self.order(number, &random)
            limits[order.id] = order
            placed[order.side, default: 0] += order.quantity
            for trade in book.place(order) {
                traded += trade.quantity
                #expect(trade.quantity > 0)
                #expect(trade.cents <= limits[trade.buyer]?.cents ?? 0)
                #expect(trade.cents >= limits[trade.seller]?.cents ?? .max)
            }
            if let id = limits.keys.sorted().randomElement(using: &random), number % 5 == 0 {
                if let order = book.cancel(id) { cancelled[order.side, default: 0] += order.quantity }
            }
        }
        for side in [Side.buy, .sell] {
            let resting = book.resting.filter { $0.side == side }.reduce(0) { $0 + $1.quantity }
            #expect(placed[side] == traded + resting + (cancelled[side] ?? 0))
        }
        #expect(traded > 0)
    }

    /// What the desk's journal does for a book that failed.
    @Test(arguments: UInt64(0)..<20) func aBookMadeOfItsRestingOrdersGoesOnTheSame(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var book = OrderBook()
        var model = Model()
        for number in 0..<200 {
            let order = Self.order(number, &random)
            _ = book.place(order)
            _ = model.place(order)
        }
        var restored = OrderBook(resting: model.resting)
        #expect(restored == book)
        for number in 200..<400 {
            let order = Self.order(number, &random)
            #expect(restored.place(order) == book.place(order))
        }
    }
}
