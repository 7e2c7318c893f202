import Matching
import Testing

struct OrderBookTests {
    var book = OrderBook()
    private var numbers = 0

    private mutating func place(_ side: Side, _ quantity: Int, at cents: Int) -> (OrderID, [Trade]) {
        numbers += 1
        let id = OrderID(trader: 1, number: numbers)
        return (id, book.place(Order(id: id, side: side, cents: cents, quantity: quantity)))
    }

    @Test mutating func whatDoesNotTradeRests() {
        let (bid, none) = place(.buy, 10, at: 99)
        let (offer, noneEither) = place(.sell, 5, at: 101)
        #expect(none.isEmpty && noneEither.isEmpty)
        #expect(book.resting.map(\.id) == [bid, offer])
        #expect(
            book.quote
                == Quote(
                    bid: Quote.Level(cents: 99, quantity: 10), offer: Quote.Level(cents: 101, quantity: 5)))
        #expect(!book.quote.isCrossed)
    }

    @Test mutating func theBestPriceTradesFirst() {
        let (dear, _) = place(.sell, 10, at: 103)
        let (cheap, _) = place(.sell, 10, at: 101)
        let (middle, _) = place(.sell, 10, at: 102)
        let (buyer, trades) = place(.buy, 25, at: 103)
        #expect(trades.map(\.seller) == [cheap, middle, dear])
        #expect(trades.map(\.cents) == [101, 102, 103])
        #expect(trades.map(\.quantity) == [10, 10, 5])
        #expect(trades.allSatisfy { $0.buyer == buyer })
        #expect(book.resting.map(\.quantity) == [5])
    }

    @Test mutating func theBestBidTradesFirst() {
        let (low, _) = place(.buy, 10, at: 97)
        let (high, _) = place(.buy, 10, at: 99)
        let (seller, trades) = place(.sell, 12, at: 97)
        #expect(trades.map(\.buyer) == [high, low])
        #expect(trades.map(\.cents) == [99, 97])
        #expect(trades.map(\.quantity) == [10, 2])
        #expect(trades.allSatisfy { $0.seller == seller })
        #expect(trades.map(\.amount) == [990, 194])
    }

    @Test mutating func whoCameFirstTradesFirst() {
        let (first, _) = place(.buy, 4, at: 100)
        let (second, _) = place(.buy, 4, at: 100)
        let (third, _) = place(.buy, 4, at: 100)
        let (_, trades) = place(.sell, 9, at: 100)
        #expect(trades.map(\.buyer) == [first, second, third])
        #expect(trades.map(\.quantity) == [4, 4, 1])
        #expect(book.resting.map(\.id) == [third] && book.resting[0].quantity == 3)
    }

    @Test mutating func aPartialFillKeepsItsPlace() {
        let (first, _) = place(.sell, 10, at: 100)
        let (second, _) = place(.sell, 10, at: 100)
        _ = place(.buy, 3, at: 100)
        let (_, trades) = place(.buy, 8, at: 100)
        #expect(trades.map(\.seller) == [first, second])
        #expect(trades.map(\.quantity) == [7, 1])
    }

    @Test mutating func whatIsLeftOfAnOrderRestsAtItsOwnPrice() {
        _ = place(.sell, 3, at: 100)
        let (buyer, trades) = place(.buy, 10, at: 102)
        #expect(trades.map(\.cents) == [100])
        #expect(book.resting == [Order(id: buyer, side: .buy, cents: 102, quantity: 7)])
    }

    @Test mutating func pricesThatDoNotMeetDoNotTrade() {
        _ = place(.sell, 3, at: 101)
        #expect(place(.buy, 3, at: 100).1.isEmpty)
        #expect(place(.buy, 3, at: 101).1.count == 1)
    }

    @Test mutating func aCancelledOrderIsPassedOver() {
        let (first, _) = place(.buy, 4, at: 100)
        let (second, _) = place(.buy, 4, at: 100)
        #expect(book.cancel(first) == Order(id: first, side: .buy, cents: 100, quantity: 4))
        let (_, trades) = place(.sell, 4, at: 100)
        #expect(trades.map(\.buyer) == [second])
        #expect(book.resting.isEmpty && book.quote == Quote())
    }

    @Test mutating func aCancelTakesWhatIsLeft() {
        let (id, _) = place(.sell, 10, at: 100)
        _ = place(.buy, 4, at: 100)
        #expect(book.cancel(id)?.quantity == 6)
        #expect(book.cancel(id) == nil)
        #expect(book == OrderBook())
    }

    @Test mutating func aFilledOrderCannotBeCancelled() {
        let (id, _) = place(.sell, 10, at: 100)
        _ = place(.buy, 10, at: 100)
        #expect(book.cancel(id) == nil)
        #expect(book.cancel(OrderID(trader: 9, number: 9)) == nil)
    }

    @Test mutating func anEmptiedLevelGivesWayToTheNext() {
        _ = place(.buy, 1, at: 100)
        _ = place(.buy, 2, at: 99)
        _ = place(.sell, 1, at: 100)
        #expect(book.quote == Quote(bid: Quote.Level(cents: 99, quantity: 2)))
    }
}
