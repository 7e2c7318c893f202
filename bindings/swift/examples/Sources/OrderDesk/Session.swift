import Backstage
import Ledger
import Matching

/// How to trade.
public struct SessionOptions: Sendable {
    public var seed: UInt64 = 1
    public var orders = 2000
    public var traders = 6
    public var symbols = ["ACME", "BOLT", "CORK", "DUNE"]
    public var poisonEvery = 50  // one order in so many is poisoned; 0: none
    public var limits = Limits()
    public var opening = 10_000  // the price of each symbol, in cents

    public init() {}

    /// What each trader begins with.
    var openingAccount: Account {
        Account(cents: 100_000_000, shares: Dictionary(uniqueKeysWithValues: symbols.map { ($0, 10_000) }))
    }

    /// How many orders a trader sends.
    func orders(of trader: Int) -> Int {
        orders / traders + (trader <= orders % traders ? 1 : 0)
    }
}

/// A day at the desk, on a virtual clock: the same for the same options.
public enum Session {
    private static let step = Duration.milliseconds(1)

    /// Trades until all orders are sent and answered, looks at what everybody knows, and ends all actors.
    public static func run(_ options: SessionOptions) throws -> Outcome {
        let dead = DeadLetters()
        let engine = try Engine(
            EngineOptions(clock: .virtual, seed: options.seed, deadLetter: { dead.add($0) }))
        let actors = try Actors(engine, options)
        try trade(engine)
        var outcome = try actors.outcome(engine, options)
        try end(engine)
        outcome.ledger = try Ledger(engine.statistics(), dead.counts)
        try engine.close()
        return outcome
    }

    /// Moves the clock on whenever there is nothing else to do, until the desk stops the run.
    private static func trade(_ engine: Engine) throws(BackstageError) {
        while true {
            do {
                try engine.run(.untilStopped, timeout: .zero)
                return try engine.run(.untilIdle)  // what the desk has said last is heard
            } catch .timeout {
                try engine.advance(by: step)
            }
        }
    }

    private static func end(_ engine: Engine) throws {
        try engine.drain(timeout: .seconds(1))
        try engine.run()
    }
}

/// All actors of a session.
private struct Actors {
    let desk: ActorRef<Desk.Message>
    let settlement: ActorRef<Settlement.Message>
    let tape: ActorRef<Tape.Message>
    let traders: [ActorRef<Trader.Message>]

    /// Those who listen to the market come first, so that they miss nothing.
    init(_ engine: Engine, _ options: SessionOptions) throws {
        let opening = options.openingAccount
        let accounts = Accounts(traders: 1...options.traders, opening: opening)
        settlement = try engine.spawn("settlement") { Settlement(accounts) }
        tape = try engine.spawn("tape") { Tape() }
        let desk = try engine.spawn(MarketData.publisher) {
            Desk(options.symbols, options.limits, traders: options.traders)
        }
        let prices = options.symbols.map { ($0, options.opening) }
        let habits = Habits(
            prices: Dictionary(uniqueKeysWithValues: prices), limits: options.limits,
            poisonEvery: options.poisonEvery)
        traders = try (1...options.traders).map { trader in
            try engine.spawn("trader.\(trader)") {
                Trader(
                    trader, orders: options.orders(of: trader), seed: options.seed &* 1009 &+ UInt64(trader),
                    opening: opening, habits: habits, desk: desk)
            }
        }
        self.desk = desk
    }

    /// Asks everybody for what they know.
    func outcome(_ engine: Engine, _ options: SessionOptions) throws -> Outcome {
        Outcome(
            options: options,
            journal: try desk.requestAndWait { .journal($0) },
            books: try Dictionary(
                uniqueKeysWithValues: options.symbols.map { symbol in
                    let book = try engine.find(Desk.bookID(symbol), as: Book.Message.self)
                    return (symbol, try book.requestAndWait { .resting($0) })
                }),
            accounts: try settlement.requestAndWait { .accounts($0) },
            records: try traders.map { try $0.requestAndWait { .record($0) } },
            tape: try tape.requestAndWait { .rows($0) })
    }
}
