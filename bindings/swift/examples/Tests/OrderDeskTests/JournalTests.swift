import Matching
import Testing

@testable import OrderDesk

struct JournalTests {
    var journal = Journal()

    private static func id(_ number: Int) -> OrderID { OrderID(trader: 1, number: number) }

    private mutating func write(_ number: Int, _ side: Side, _ quantity: Int) -> OrderID {
        let order = Order(id: Self.id(number), side: side, cents: 100, quantity: quantity)
        journal.write(Ticket(symbol: "ACME", order: order))
        return order.id
    }

    @Test mutating func whatABookHasNotAnsweredDoesNotRest() {
        let id = write(1, .buy, 10)
        #expect(journal.resting(in: "ACME").isEmpty)
        journal.place(id, [])
        #expect(journal.resting(in: "ACME").map(\.id) == [id])
        #expect(journal.resting(in: "BOLT").isEmpty)
    }

    @Test mutating func whatRestsIsInTheOrderInWhichItCame() {
        let ids = (1...9).reversed().map { write($0, .buy, $0) }
        for id in ids { journal.place(id, []) }
        journal.cancel(ids[3])
        #expect(journal.resting(in: "ACME").map(\.id) == ids.filter { $0 != ids[3] })
        journal.prune("ACME")
        #expect(journal.resting(in: "ACME").map(\.id) == ids.filter { $0 != ids[3] })
    }

    @Test mutating func aTradeFillsBothOrders() {
        let seller = write(1, .sell, 10)
        journal.place(seller, [])
        let buyer = write(2, .buy, 4)
        journal.place(buyer, [Trade(cents: 100, quantity: 4, buyer: buyer, seller: seller)])
        #expect(journal.entries[buyer]?.state == .filled)
        #expect(journal.entries[seller]?.state == .resting)
        #expect(journal.resting(in: "ACME").map(\.quantity) == [6])
    }

    @Test mutating func everyOrderHasOneFate() {
        let ids = (1...5).map { write($0, .buy, 10) }
        journal.place(ids[0], [])
        journal.cancel(ids[0])
        journal.reject(ids[1], .failure)
        journal.place(ids[2], [])
        journal.place(ids[3], [])
        let seller = write(6, .sell, 10)
        journal.place(seller, [Trade(cents: 100, quantity: 10, buyer: ids[3], seller: seller)])
        let fates = Fates(journal.entries.values)
        #expect(fates.cancelled == 1 && fates.rejected == 1 && fates.resting == 1)
        #expect(fates.filled == 2 && fates.unanswered == 1 && fates.total == 6)
    }

    @Test func limitsAreKept() {
        func rejection(_ quantity: Int, at cents: Int) -> Rejection? {
            Limits().rejection(of: Order(id: Self.id(1), side: .buy, cents: cents, quantity: quantity))
        }
        #expect(rejection(1, at: 1) == nil && rejection(100, at: 1_000_000) == nil)
        #expect(rejection(0, at: 1) == .badQuantity && rejection(-1, at: 1) == .badQuantity)
        #expect(rejection(1, at: 0) == .badPrice && rejection(1, at: 1_000_001) == .badPrice)
        #expect(rejection(101, at: 1) == .tooLarge)
    }
}
