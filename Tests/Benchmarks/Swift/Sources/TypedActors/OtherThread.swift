// Another thread sends to an actor; when there is no room it yields and tries again. Always in wall time:
// two threads share the work.

import Backstage
import Glibc
import Harness

struct Inflow {
    var started = 0.0
    var ended = 0.0
    var tally = Tally()
}

struct Taker: Actor {
    let warmUp: UInt64
    let limit: UInt64
    let results: Results<Inflow>
    var inflow = Inflow()

    mutating func receive(_ reading: Reading, _ context: Context<Reading>) {
        check(reading.first == inflow.tally.count, "out of order")
        inflow.tally.add(first: reading.first, last: reading.last)
        if inflow.tally.count == warmUp { inflow.started = wallSeconds() }
        if inflow.tally.count == limit {
            inflow.ended = wallSeconds()
            context.engine.stop()
        }
    }

    mutating func ended(_ reason: EndReason, _ context: Context<Reading>) { results.values.append(inflow) }
}

func sendFromOtherThread(_ count: UInt64) throws -> [Double] {
    let engine = try Engine()
    let results = Results<Inflow>()
    let first = warmUp(count)
    let limit = first + count
    let taker = try engine.spawn { Taker(warmUp: first, limit: limit, results: results) }
    let cpu = otherCPU
    let thread = OtherThread {
        pin(toCPU: cpu)
        for number in 0..<limit { feed(Reading(number), to: taker) }
    }
    try engine.run()
    thread.join()
    try close(engine)
    let inflow = results.values[0]
    inflow.tally.checkPairs(below: [limit])
    return [millions(count, in: inflow.ended - inflow.started)]
}

private func feed(_ reading: Reading, to taker: ActorRef<Reading>) {
    while true {
        do throws(BackstageError) {
            return try taker.send(reading)
        } catch {
            guard case .queueFull = error else { fail("\(error)") }
            sched_yield()
        }
    }
}
