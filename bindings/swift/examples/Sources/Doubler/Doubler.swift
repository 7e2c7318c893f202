// A plug-in: an actor of Swift for programs in C and Python. The library has the engine inside, so such a
// program takes it for libbackstage.so: see doubler.py.
import Backstage

/// A number to be doubled, as text; asked for by a request, or just told.
struct Number: Payload {
    let value: Int
    let reply: ReplyTo<String>?

    init(decoding incoming: borrowing IncomingBytes) throws {
        let text = String(decoding: incoming.bytes, as: UTF8.self)
        guard let value = Int(text) else { throw UndecodableBytes("no number: \(text)") }
        self.value = value
        reply = incoming.replyTo(String.self)
    }

    func encoded() throws -> [UInt8] { Array(String(value).utf8) }
}

/// Answers, and publishes what it answers.
struct Doubler: Actor {
    func receive(_ message: Number, _ context: Context<Number>) throws {
        let doubled = String(message.value * 2)
        try message.reply?.send(doubled)
        try context.publish(doubled, on: Topic(of: "doubler"))
    }

    /// What is no number is nobody's failure.
    func undecodable(_ error: any Error, _ context: Context<Number>) {}
}

/// What `engine.load` calls: see "Plug-ins" in backstage.h.
@_cdecl("backstage_plugin_spawn")
public func spawnDoubler(
    _ handle: OpaquePointer, _ argument: UnsafeRawPointer?, _ size: Int, _ actor: UnsafeMutablePointer<UInt64>
) -> Int32 {
    do {
        let engine = try Engine.attached(to: handle)
        actor.pointee = try engine.spawn("doubler") { Doubler() }.rawValue
        return 0
    } catch {
        return -1000
    }
}
