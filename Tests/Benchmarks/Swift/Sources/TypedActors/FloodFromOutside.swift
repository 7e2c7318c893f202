// Floods from outside any actor: bursts to one receiver.

import Backstage
import Harness

/// A message of a flood: what it is made of, and what its receiver adds up.
protocol Countable: Sendable {
    static func make(_ number: UInt64) -> Self
    var first: UInt64 { get }
    var last: UInt64 { get }
}

extension Reading: Countable {
    static func make(_ number: UInt64) -> Reading { Reading(number) }
}

extension Sheet: Countable {
    static func make(_ number: UInt64) -> Sheet { Sheet(number) }
}

extension Parcel: Countable {
    static func make(_ number: UInt64) -> Parcel { Parcel(number, Contents.make(number)) }
    var first: UInt64 { number }
    var last: UInt64 { contents.number }
}

extension Line: Countable {
    static func make(_ number: UInt64) -> Line { Line(number, texts[Int(number % 64)]) }
    var first: UInt64 { number }
    var last: UInt64 { number }
}

struct Counter<Message: Countable>: Actor {
    let results: Results<Tally>
    var tally = Tally()

    mutating func receive(_ message: Message, _ context: Context<Message>) {
        tally.add(first: message.first, last: message.last)
    }

    mutating func ended(_ reason: EndReason, _ context: Context<Message>) { results.values.append(tally) }
}

let burstFromOutside: UInt64 = 1000

func pour<Message: Countable>(_ count: UInt64, to receiver: ActorRef<Message>, _ engine: Engine) throws {
    var sent: UInt64 = 0
    while sent < count {
        let end = min(sent + burstFromOutside, count)
        while sent < end {
            try receiver.send(Message.make(sent))
            sent += 1
        }
        try engine.run(.untilIdle)
    }
}

func floodFromOutside<Message: Countable>(_: Message.Type, _ count: UInt64) throws -> [Double] {
    let engine = try Engine()
    let results = Results<Tally>()
    let receiver = try engine.spawn { Counter<Message>(results: results) }
    let figure = try timed(count) { try pour($0, to: receiver, engine) }
    try close(engine)
    results.values[0].checkPairs(below: [warmUp(count), count])
    check(Contents.alive == 0, "\(Contents.alive) objects are left")
    return [figure]
}

/// What a flood of class references leaves behind: objects alive, and kibibytes of memory that it took
/// once warm. Of the last ones some are queued when their actor ends, some when the engine is closed.
func leavings(_ count: UInt64) throws -> [Double] {
    let engine = try Engine()
    let results = Results<Tally>()
    let receivers = try (0..<2).map { _ in try engine.spawn { Counter<Parcel>(results: results) } }
    try pour(warmUp(count), to: receivers[0], engine)
    let before = residentBytes()
    try pour(count, to: receivers[0], engine)
    let growth = residentBytes() - before
    for receiver in receivers {
        for number in 0..<500 { try receiver.send(.make(UInt64(number))) }
    }
    try receivers[0].stop()
    try engine.run(.noWait)
    for number in 0..<500 { try receivers[1].send(.make(UInt64(number))) }
    try engine.close()
    check(Contents.made == warmUp(count) + count + 1500, "\(Contents.made) objects were made")
    return [Double(Contents.alive), Double(growth) / 1024]
}
