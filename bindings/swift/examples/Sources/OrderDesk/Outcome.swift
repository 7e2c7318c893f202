import Ledger
import Matching

/// What everybody knows at the end.
public struct Outcome: Sendable {
    let options: SessionOptions
    var journal: Journal
    var books: [String: [Order]]  // what rests, by symbol
    var accounts: Accounts
    var records: [Trader.Record]
    var tape: [String: TapeRow]
    var ledger: Ledger?  // of the engine, once all actors have ended
}

/// How many orders there are of each fate.
public struct Fates: Sendable, Equatable {
    public var filled = 0
    public var resting = 0
    public var cancelled = 0
    public var rejected = 0
    public var unanswered = 0

    init(_ entries: some Sequence<Journal.Entry>) {
        for entry in entries {
            switch entry.state {
            case .filled: filled += 1
            case .resting: resting += 1
            case .cancelled: cancelled += 1
            case .rejected: rejected += 1
            case .sent: unanswered += 1
            }
        }
    }

    public var total: Int { filled + resting + cancelled + rejected + unanswered }
}

extension Outcome {
    public var fates: Fates { Fates(journal.entries.values) }

    public var rejections: [Rejection: Int] {
        journal.entries.values.reduce(into: [:]) { counts, entry in
            if case .rejected(let rejection) = entry.state { counts[rejection, default: 0] += 1 }
        }
    }
}
