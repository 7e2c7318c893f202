// A flood from actor to actor: bursts as large as the inbox, the next one when the last one has been
// handled.

import Backstage
import Harness

enum ProducerMessage: Sendable {
    case start(UInt64)
    case more
}

struct Producer: Actor {
    let consumer: ActorRef<Reading>
    var sent: UInt64 = 0
    var limit: UInt64 = 0

    mutating func receive(_ message: ProducerMessage, _ context: Context<ProducerMessage>) throws {
        if case .start(let limit) = message { (sent, self.limit) = (0, limit) }
        let end = min(sent + burst, limit)
        while sent < end {
            try consumer.send(Reading(sent))
            sent += 1
        }
    }
}

struct Consumer: Actor {
    let producer: ActorRef<ProducerMessage>
    let results: Results<Tally>
    var tally = Tally()

    mutating func receive(_ reading: Reading, _ context: Context<Reading>) throws {
        tally.add(first: reading.first, last: reading.last)
        if tally.count % burst == 0 { try producer.send(.more) }
    }

    mutating func ended(_ reason: EndReason, _ context: Context<Reading>) { results.values.append(tally) }
}

func flood(_ count: UInt64) throws -> [Double] {
    let engine = try Engine()
    let results = Results<Tally>()
    let consumer = try engine.spawn {
        Consumer(producer: try engine.find("producer", as: ProducerMessage.self), results: results)
    }
    let producer = try engine.spawn("producer") { Producer(consumer: consumer) }
    let figure = try timed(count) {
        try producer.send(.start(wholeBursts($0)))
        try engine.run(.untilIdle)
    }
    try close(engine)
    results.values[0].checkPairs(below: [wholeBursts(warmUp(count)), wholeBursts(count)])
    return [figure]
}
