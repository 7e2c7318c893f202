import Backstage
import BackstageTestKit
import Matching
import Testing

@testable import OrderDesk

struct DeskTests {
    @Test func aTradeIsToldToBothAndPublished() throws {
        let floor = try Floor()
        let seller = try floor.place(1, .sell, 10, at: 99)
        let buyer = try floor.place(1, by: 2, .buy, 4, at: 100)
        let trade = Trade(cents: 99, quantity: 4, buyer: buyer, seller: seller)
        #expect(try floor.trader.report() == .sold(trade, symbol: "ACME"))
        #expect(try floor.other.report() == .bought(trade, symbol: "ACME"))
        try floor.trades.expect(.trade(symbol: "ACME", trade))
        #expect(try floor.resting().map(\.quantity) == [6])
        try floor.stage.close()
    }

    @Test func whatIsWrongIsRejected() throws {
        let floor = try Floor()
        let unknown = try floor.place(1, symbol: "NONE")
        #expect(try floor.trader.report() == .rejected(unknown, .unknownSymbol))
        let large = try floor.place(2, .buy, 101)
        #expect(try floor.trader.report() == .rejected(large, .tooLarge))
        try floor.place(3)
        try floor.trader.expectNone()
        let again = try floor.place(3)
        #expect(try floor.trader.report() == .rejected(again, .duplicate))
        #expect(try floor.resting().count == 1)
        try floor.stage.close()
    }

    @Test func cancels() throws {
        let floor = try Floor()
        let id = try floor.place(1)
        try floor.desk.send(.cancel(id))
        #expect(try floor.trader.report() == .cancelled(id))
        try floor.desk.send(.cancel(id))
        #expect(try floor.trader.report() == .notCancelled(id))
        let never = OrderID(trader: 1, number: 9)
        try floor.desk.send(.cancel(never))
        #expect(try floor.trader.report() == .notCancelled(never))
        #expect(try floor.resting().isEmpty)
        try floor.stage.close()
    }

    @Test func aFailedBookGoesOnWhereItWas() throws {
        let floor = try Floor()
        let first = try floor.place(1, .buy, 10, at: 100)
        let second = try floor.place(2, .buy, 10, at: 100)
        let poisoned = try floor.place(3, .sell, 15, at: 100, isPoisoned: true)
        #expect(try floor.trader.report() == .rejected(poisoned, .failure))
        try floor.stage.expectLog(containing: "book.ACME")
        try floor.stage.expectDeadLetter { $0.reason == .failed }
        // It waits to start again: what comes meanwhile waits too; the other book goes on.
        let seller = try floor.place(1, by: 2, .sell, 12, at: 100)
        let elsewhere = try floor.place(4, .sell, 1, at: 50, symbol: "BOLT")
        try floor.trader.expectNone()
        #expect(try floor.resting(in: "BOLT").map(\.id) == [elsewhere])
        try floor.stage.advance(by: .milliseconds(20))
        let trades = [(10, first), (2, second)].map {
            Trade(cents: 100, quantity: $0, buyer: $1, seller: seller)
        }
        for trade in trades { #expect(try floor.trader.report() == .bought(trade, symbol: "ACME")) }
        #expect(try floor.resting().map(\.quantity) == [8])
        try floor.stage.close()
    }

    @Test func aBookThatDoesNotKeepUpIsBusy() throws {
        let floor = try Floor()
        try floor.place(1, isPoisoned: true)
        _ = try floor.trader.report()
        for number in 0..<Book.pendingMax { try floor.place(2 + number) }
        try floor.trader.expectNone()
        let refused = try floor.place(9999)
        #expect(try floor.trader.report() == .rejected(refused, .busy))
        try floor.desk.send(.cancel(OrderID(trader: 1, number: 2)))
        #expect(try floor.trader.report() == .notCancelled(OrderID(trader: 1, number: 2)))
        try floor.stage.advance(by: .milliseconds(20))
        #expect(try floor.resting().count == Book.pendingMax)
        try floor.stage.close()
    }

    @Test func anotherFailureThanAPoisonedOrderEndsTheRun() throws {
        struct Fault: Error {}
        let floor = try Floor()
        let book = try floor.stage.engine.find(Desk.bookID("ACME"), as: Book.Message.self)
        try floor.stage.fail(book, with: Fault())
        try floor.place(1)
        #expect(throws: (any Error).self) { try floor.stage.settle() }
        try floor.stage.expectEnd(of: floor.desk, .failed)
        try floor.stage.close()
    }
}
