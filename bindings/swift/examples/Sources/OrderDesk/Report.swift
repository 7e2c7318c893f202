import Ledger
import Matching

extension Outcome {
    /// All that there is to tell, as lines.
    public var report: [String] {
        let verdicts = checks.map { "\($0.holds ? "ok    " : "FAILED")  \($0.name)" }
        return market + [""] + positions + [""] + orders + [""] + verdicts
    }

    private var market: [String] {
        [columns(["symbol", "trades", "shares", "last", "bid", "offer"])]
            + options.symbols.map { symbol in
                let row = tape[symbol] ?? TapeRow()
                let prices = [row.last, row.quote.bid?.cents, row.quote.offer?.cents]
                return columns(
                    [symbol, "\(row.trades)", "\(row.shares)"] + prices.map { $0.map(money) ?? "-" })
            }
    }

    private var positions: [String] {
        [columns(["trader", "cash"] + options.symbols)]
            + records.map { record in
                let account = accounts.byTrader[record.trader] ?? Account(cents: 0, shares: [:])
                let shares = options.symbols.map { "\(account.shares[$0] ?? 0)" }
                return columns(["T\(record.trader)", money(account.cents)] + shares)
            }
    }

    private var orders: [String] {
        let fates = fates
        let reasons = Rejection.allCases.compactMap { reason in
            rejections[reason].map { "\($0) \(reason.rawValue)" }
        }
        return [
            "orders: \(fates.total) = \(fates.filled) filled + \(fates.resting) resting"
                + " + \(fates.cancelled) cancelled + \(fates.rejected) rejected",
            "rejected: \(reasons.isEmpty ? "none" : reasons.joined(separator: ", "))",
        ] + (ledger?.lines ?? [])
    }

    private func money(_ cents: Int) -> String {
        let rest = cents.magnitude % 100
        return "\(cents < 0 ? "-" : "")\(cents.magnitude / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    private func columns(_ texts: [String]) -> String {
        texts.enumerated().map { index, text in
            let padding = String(repeating: " ", count: max(0, (index == 0 ? 8 : 12) - text.count))
            return index == 0 ? text + padding : padding + text
        }.joined()
    }
}
