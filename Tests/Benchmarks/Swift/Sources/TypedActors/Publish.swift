// One publisher's default topic, to a thousand. A message here is a delivery.

import Backstage
import Harness

struct Subscriber: Actor {
    let topic: Topic<Reading>
    let results: Results<Tally>
    var tally = Tally()

    mutating func started(_ context: Context<Reading>) throws { try context.subscribe(to: topic) }

    mutating func receive(_ reading: Reading, _ context: Context<Reading>) {
        tally.add(first: reading.first, last: reading.last)
    }

    mutating func ended(_ reason: EndReason, _ context: Context<Reading>) { results.values.append(tally) }
}

func publish(_ count: UInt64) throws -> [Double] {
    let engine = try Engine()
    let results = Results<Tally>()
    let publications = count / 1000
    let topic = Topic<Reading>(of: "publisher")
    _ = try engine.spawn("publisher") { Counter<Reading>(results: Results()) }
    for _ in 0..<1000 { _ = try engine.spawn { Subscriber(topic: topic, results: results) } }
    try engine.run(.untilIdle)
    let each = try timed(publications) {
        for number in 0..<$0 {
            try engine.publish(Reading(number), on: topic)
            try engine.run(.untilIdle)
        }
    }
    try close(engine)
    check(results.values.count == 1000, "subscribers: \(results.values.count)")
    for tally in results.values { tally.checkPairs(below: [warmUp(publications), publications]) }
    return [each * 1000]
}
