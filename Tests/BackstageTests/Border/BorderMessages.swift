import Backstage
import CBackstageActors

/// A message with a form of its own as bytes: its fields, with a bar between them.
struct Trade: Payload, Equatable {
    var symbol: String
    var count: Int

    struct Malformed: Error, CustomStringConvertible {
        let text: String
        var description: String { "no trade: \(text)" }
    }

    init(_ symbol: String, _ count: Int) {
        self.symbol = symbol
        self.count = count
    }

    init(decoding incoming: borrowing IncomingBytes) throws {
        let text = try String(decoding: incoming)
        let fields = text.split(separator: "|", omittingEmptySubsequences: false)
        guard fields.count == 2, let count = Int(fields[1]) else { throw Malformed(text: text) }
        self.init(String(fields[0]), count)
    }

    func encoded() throws -> [UInt8] {
        if symbol.contains("|") { throw Malformed(text: symbol) }
        return Array("\(symbol)|\(count)".utf8)
    }
}

/// A message as JSON.
struct Order: JSONPayload, Equatable {
    var id: Int
    var lines: [Line]
    var note: String?

    struct Line: Codable, Equatable, Sendable {
        var article: String
        var price: Double
    }
}

/// A struct of C, as it lies in memory.
struct Reading: TrivialPayload, Equatable {
    var fields: cactors_reading

    init(_ sensor: UInt32, _ value: Double, time: UInt64) {
        fields = cactors_reading(sensor: sensor, flags: 0, value: value, time: time)
    }

    static func == (left: Self, right: Self) -> Bool {
        left.fields.sensor == right.fields.sensor && left.fields.flags == right.fields.flags
            && left.fields.value == right.fields.value && left.fields.time == right.fields.time
    }
}

/// The same in Swift's own words.
struct Summary: TrivialPayload, Equatable {
    var count: UInt64
    var sum: Double
}

/// A question of C's, and where its answer goes; of Swift's, it is its text alone.
struct Question: Payload {
    var text: String
    var reply: ReplyTo<String>?

    init(_ text: String, _ reply: ReplyTo<String>?) {
        self.text = text
        self.reply = reply
    }

    init(decoding incoming: borrowing IncomingBytes) throws {
        text = try String(decoding: incoming)
        reply = incoming.replyTo(String.self)
    }

    func encoded() throws -> [UInt8] { Array(text.utf8) }
}

/// One that bytes cannot be.
struct Unencodable: Sendable, Equatable {
    var number: Int
}

/// An actor that notes what it gets, who sent it, and what it could not make out.
struct Listener<Message: Payload>: Actor {
    let seen: Notes<Message>
    var topics: [Topic<Message>] = []
    var forgives = false
    var errors = Notes<String>()

    func started(_ context: Context<Message>) throws {
        for topic in topics { try context.subscribe(to: topic) }
    }

    func receive(_ message: Message, _ context: Context<Message>) { seen.add(message) }

    func undecodable(_ error: any Error, _ context: Context<Message>) throws {
        errors.add("\(error)")
        if !forgives { throw error }
    }
}
