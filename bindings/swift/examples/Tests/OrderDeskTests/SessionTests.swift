import Matching
import Testing

@testable import OrderDesk

struct SessionTests {
    private static func options(seed: UInt64, poisonEvery: Int = 20, orders: Int = 400) -> SessionOptions {
        var options = SessionOptions()
        options.seed = seed
        options.orders = orders
        options.poisonEvery = poisonEvery
        return options
    }

    @Test(arguments: UInt64(1)...10) func allChecksHold(seed: UInt64) throws {
        let outcome = try Session.run(Self.options(seed: seed))
        #expect(outcome.failing == [])
        let fates = outcome.fates
        #expect(fates.filled > 0 && fates.resting > 0 && fates.cancelled > 0 && fates.rejected > 0)
        #expect((outcome.rejections[.failure] ?? 0) > 0)
        #expect((outcome.rejections[.tooLarge] ?? 0) > 0)
    }

    @Test func twoRunsAreTheSame() throws {
        let report = try Session.run(Self.options(seed: 7)).report
        #expect(try Session.run(Self.options(seed: 7)).report == report)
        #expect(try Session.run(Self.options(seed: 8)).report != report)
    }

    @Test func withoutPoisonNothingFails() throws {
        let outcome = try Session.run(Self.options(seed: 3, poisonEvery: 0))
        #expect(outcome.failing == [])
        #expect(outcome.rejections[.failure] == nil)
        #expect(outcome.ledger?.failures == 0 && outcome.ledger?.deadLetters.isEmpty == true)
    }

    @Test func anOrderAtATimeIsPoisoned() throws {
        let outcome = try Session.run(Self.options(seed: 5, poisonEvery: 1, orders: 60))
        #expect(outcome.failing == [])
        let fates = outcome.fates
        #expect(fates.rejected == 60 && fates.total == 60)
    }

    @Test func withoutOrdersAllEndsWell() throws {
        let outcome = try Session.run(Self.options(seed: 1, orders: 0))
        #expect(outcome.fates.total == 0)
        #expect(outcome.failing == [])
    }
}
