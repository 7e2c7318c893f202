import ArgumentParser
import OrderDesk

@main
struct Orders: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders",
        abstract: "A desk that matches orders: actors with a supervisor, checked against their own ledgers.",
        discussion: "It runs on a virtual clock: with the same options, two runs print the same.")

    @Option(help: "What is decided at random, begins here.")
    var seed: UInt64 = 1

    @Option(help: "How many orders the traders send in all.")
    var orders = 2000

    @Option(help: "How many traders there are.")
    var traders = 6

    @Option(help: "A book fails on one order in so many; 0: on none.")
    var poisonEvery = 50

    func validate() throws {
        guard (0...1_000_000).contains(orders), (1...100).contains(traders),
            (0...1_000_000).contains(poisonEvery)
        else { throw ValidationError("A number is out of range.") }
    }

    func run() throws {
        var options = SessionOptions()
        options.seed = seed
        options.orders = orders
        options.traders = traders
        options.poisonEvery = poisonEvery
        let outcome = try Session.run(options)
        for line in outcome.report { print(line) }
        if !outcome.failing.isEmpty { throw ExitCode.failure }
    }
}
