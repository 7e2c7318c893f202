import Backstage
import Ledger
import Matching

/// Something that must hold at the end.
public struct Check: Sendable, Equatable {
    public let name: String
    public let holds: Bool
}

extension Outcome {
    /// Compares what the desk, the books, the traders, the settlement, the tape and the engine know.
    public var checks: [Check] {
        [
            Check(name: "all orders were sent, and each has one fate", holds: eachOrderHasOneFate),
            Check(name: "the traders agree with the journal on every order", holds: tradersAgree),
            Check(name: "the books hold what the journal says is resting", holds: booksAgree),
            Check(name: "money and shares are conserved", holds: isConserved),
            Check(name: "the traders agree with the settlement on every account", holds: accountsAgree),
            Check(name: "the tape agrees with the journal on shares and quotes", holds: tapeAgrees),
            Check(name: "no book is crossed", holds: !tape.values.contains { $0.quote.isCrossed }),
            Check(name: "every failure was followed by a restart", holds: failuresAgree),
            Check(name: "accepted = handled + dead + queued, and none is queued", holds: isBalanced),
        ]
    }

    /// The checks that fail: none, if all went well.
    public var failing: [Check] { checks.filter { !$0.holds } }

    private var eachOrderHasOneFate: Bool {
        let sent = records.flatMap(\.orders.keys)
        return sent.count == options.orders && Set(sent) == Set(journal.entries.keys)
            && sent.count == journal.entries.count && fates.unanswered == 0 && fates.total == options.orders
    }

    private var tradersAgree: Bool {
        records.allSatisfy { record in
            record.orders.allSatisfy { id, order in
                guard let entry = journal.entries[id], id.trader == record.trader,
                    entry.left == order.quantity, record.cancelled.contains(id) == (entry.state == .cancelled)
                else { return false }
                if let rejection = record.rejected[id] { return entry.state == .rejected(rejection) }
                return (entry.state == .filled) == (order.quantity == 0)
            }
        }
    }

    private var booksAgree: Bool {
        options.symbols.allSatisfy { symbol in
            books[symbol] == OrderBook(resting: journal.resting(in: symbol)).resting
        }
    }

    private var isConserved: Bool {
        let opening = options.openingAccount
        let total = Account(
            cents: opening.cents * options.traders, shares: opening.shares.mapValues { $0 * options.traders })
        return accounts.total == total
    }

    private var accountsAgree: Bool {
        records.count == options.traders
            && records.allSatisfy { accounts.byTrader[$0.trader] == $0.account }
    }

    private var tapeAgrees: Bool {
        options.symbols.allSatisfy { symbol in
            let row = tape[symbol] ?? TapeRow()
            // Each trade fills two orders.
            let entries = journal.entries.values.filter { $0.symbol == symbol }
            let filled = entries.reduce(0) { $0 + $1.filled }
            return row.shares * 2 == filled
                && row.quote == OrderBook(resting: journal.resting(in: symbol)).quote
        }
    }

    /// Nothing else failed, nor was anything else lost, than on purpose.
    private var failuresAgree: Bool {
        guard let ledger else { return false }
        let failures = rejections[.failure] ?? 0
        return ledger.failures == failures && ledger.restarts == failures
            && ledger.deadLetters == (failures == 0 ? [:] : [.failed: failures])
    }

    private var isBalanced: Bool {
        guard let ledger else { return false }
        return ledger.isBalanced && ledger.isOver && ledger.accepted > 0
    }
}
