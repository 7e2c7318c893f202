import Ledger
import Matching
import Testing

@testable import OrderDesk

/// Each check of the audit fails when what it looks at is wrong.
struct AuditTests {
    private static let outcome: Result<Outcome, any Error> = Result {
        var options = SessionOptions()
        options.orders = 300
        options.poisonEvery = 20
        return try Session.run(options)
    }

    /// The names of the checks that fail after a change.
    private func failing(_ change: (inout Outcome) throws -> Void) throws -> [String] {
        var outcome = try Self.outcome.get()
        try change(&outcome)
        return outcome.failing.map(\.name)
    }

    @Test func nothingFailsWithoutAChange() throws {
        #expect(try failing { _ in } == [])
    }

    @Test func aLostOrder() throws {
        let names = try failing { outcome in
            let id = try #require(outcome.records[0].orders.keys.min())
            outcome.records[0].orders[id] = nil
        }
        #expect(names == ["all orders were sent, and each has one fate"])
    }

    @Test func anOrderThatIsNotAnswered() throws {
        let names = try failing { outcome in
            let order = Order(id: OrderID(trader: 9, number: 1), side: .buy, cents: 1, quantity: 1)
            outcome.journal.write(Ticket(symbol: "ACME", order: order))
        }
        #expect(names == ["all orders were sent, and each has one fate"])
    }

    @Test func aCancelThatTheTraderMissed() throws {
        let names = try failing { outcome in
            let index = try #require(outcome.records.firstIndex { !$0.cancelled.isEmpty })
            outcome.records[index].cancelled.removeFirst()
        }
        #expect(names == ["the traders agree with the journal on every order"])
    }

    @Test func anOrderThatABookForgot() throws {
        let names = try failing { outcome in
            let symbol = try #require(outcome.books.first { !$0.value.isEmpty }?.key)
            outcome.books[symbol]?.removeFirst()
        }
        #expect(names == ["the books hold what the journal says is resting"])
    }

    @Test func moneyFromNowhere() throws {
        let names = try failing { outcome in
            let nobody = OrderID(trader: 0, number: 1)
            let buyer = OrderID(trader: 1, number: 1)
            outcome.accounts.settle(Trade(cents: 1, quantity: 1, buyer: buyer, seller: nobody), "ACME")
        }
        #expect(
            names == [
                "money and shares are conserved", "the traders agree with the settlement on every account",
            ])
    }

    @Test func aTradeThatTheTapeMissed() throws {
        let names = try failing { $0.tape["ACME"]?.shares -= 1 }
        #expect(names == ["the tape agrees with the journal on shares and quotes"])
    }

    @Test func aCrossedBook() throws {
        let names = try failing { outcome in
            let level = Quote.Level(cents: 5, quantity: 1)
            outcome.tape["ACME"]?.quote = Quote(bid: level, offer: level)
        }
        #expect(names.contains("no book is crossed"))
    }

    @Test func aMissingLedger() throws {
        let names = try failing { $0.ledger = nil }
        #expect(
            names == [
                "every failure was followed by a restart",
                "accepted = handled + dead + queued, and none is queued",
            ])
    }

    @Test func aLedgerThatDoesNotBalance() throws {
        let unbalanced = ["accepted = handled + dead + queued, and none is queued"]
        #expect(try failing { $0.ledger?.handled -= 1 } == unbalanced)
        #expect(try failing { $0.ledger?.accepted += 1 } == unbalanced)
        #expect(try failing { $0.ledger?.queued = 1 } == unbalanced)
        #expect(try failing { $0.ledger?.actors = 1 } == unbalanced)
    }
}
