import Matching

/// Cash, and shares by symbol.
public struct Account: Sendable, Equatable {
    public var cents: Int
    public var shares: [String: Int]

    mutating func buy(_ trade: Trade, _ symbol: String) {
        cents -= trade.amount
        shares[symbol, default: 0] += trade.quantity
    }

    mutating func sell(_ trade: Trade, _ symbol: String) {
        cents += trade.amount
        shares[symbol, default: 0] -= trade.quantity
    }
}

/// The accounts of all traders.
struct Accounts: Sendable, Equatable {
    private(set) var byTrader: [Int: Account] = [:]

    init(traders: some Sequence<Int>, opening: Account) {
        for trader in traders { byTrader[trader] = opening }
    }

    mutating func settle(_ trade: Trade, _ symbol: String) {
        byTrader[trade.buyer.trader]?.buy(trade, symbol)
        byTrader[trade.seller.trader]?.sell(trade, symbol)
    }

    var total: Account {
        byTrader.values.reduce(into: Account(cents: 0, shares: [:])) { total, account in
            total.cents += account.cents
            total.shares.merge(account.shares, uniquingKeysWith: +)
        }
    }
}
