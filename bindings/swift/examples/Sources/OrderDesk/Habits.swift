import Matching

/// How a trader makes up its mind: at random.
struct Habits: Sendable {
    let prices: [String: Int]  // by symbol, when trading begins
    let limits: Limits
    let poisonEvery: Int  // one order in so many is poisoned; 0: none

    private static let cancelEvery = 5
    private static let tooLargeEvery = 60

    func cancels(_ random: inout SeededGenerator) -> Bool {
        Int.random(in: 1...Self.cancelEvery, using: &random) == 1
    }

    func ticket(_ id: OrderID, _ prices: [String: Int], _ random: inout SeededGenerator) -> Ticket {
        let symbol = prices.keys.sorted().randomElement(using: &random)!
        let side = Bool.random(using: &random) ? Side.buy : .sell
        let isTooLarge = Int.random(in: 1...Self.tooLargeEvery, using: &random) == 1
        let quantity = Int.random(in: 1...limits.quantityMax, using: &random)
        // Most offers are a little worse than the price now; some are good enough to trade at once.
        let distance = Int.random(in: -8...20, using: &random)
        let cents = prices[symbol]! + (side == .buy ? -distance : distance)
        let order = Order(
            id: id, side: side, cents: max(1, cents),
            quantity: isTooLarge ? quantity + limits.quantityMax : quantity)
        let isPoisoned = poisonEvery > 0 && Int.random(in: 1...poisonEvery, using: &random) == 1
        return Ticket(symbol: symbol, order: order, isPoisoned: isPoisoned)
    }
}
