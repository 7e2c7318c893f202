import Backstage
import Matching

/// What the desk publishes, on `trades.ACME`, `quotes.ACME` and so on.
enum MarketData: Sendable, Equatable {
    case trade(symbol: String, Trade)
    case quote(symbol: String, Quote)

    static let publisher = "desk"
    static let trades = Topic<MarketData>("trades.*", of: publisher)
    static let quotes = Topic<MarketData>("quotes.*", of: publisher)

    var topic: Topic<MarketData> {
        switch self {
        case .trade(let symbol, _): Topic("trades.\(symbol)", of: Self.publisher)
        case .quote(let symbol, _): Topic("quotes.\(symbol)", of: Self.publisher)
        }
    }
}
