import CBackstage
import Testing

@testable import BackstageCore

/// Actors that do at random all that actors can, inside their callbacks and outside. Every message
/// carries a number, by which it is followed to its end; 0 for one that is not followed.
final class World {
    let engine: Engine
    var random: Randomness
    /// All actors ever.
    var refs: [backstage_ref] = []
    /// What may still be done inside callbacks, so that a run comes to an end.
    var energy = 0
    /// What an actor may do is left out by the number of the action, so that the rest comes together more
    /// often; how often callbacks fail, and how much they do in one step.
    let leftOut: Set<Int>
    let failsOneIn: Int
    let energyOfStep: Int
    let pendsOneIn: Int
    /// Some of what actors do in their callbacks finds no memory.
    var isScarce = false
    /// What to answer the requests by that anybody saw.
    var requests: [backstage_reply_handle] = []
    /// Those alive, by their refs.
    var players: [backstage_ref: Player] = [:]
    var promises = Promises()
    /// Replies to requests from outside, and who waits elsewhere for some.
    var outsideReplies: Set<[UInt8]> = []
    var outsideRequests: [UnsafeMutablePointer<OutsideRequest>] = []
    /// Restarts of those who have ended.
    var restartsOfEnded: UInt64 = 0
    /// Everything that happened, to compare one run with another.
    private(set) var trace: [String] = []
    /// Copies accepted, less those handled or dead, of each number.
    private var balance: [UInt64: Int] = [:]
    private var lastNumber: UInt64 = 0
    /// The last number that a receiver had of a sender.
    private var heard: [Pair: UInt64] = [:]
    /// Numbers that may come again, or late: of messages sent on, or set aside.
    private(set) var unordered: Set<UInt64> = []

    private struct Pair: Hashable { var sender, receiver: backstage_ref }

    init(_ engine: Engine, seed: UInt64) {
        self.engine = engine
        var random = Randomness(seed: seed)
        leftOut = Set((0..<random.below(20)).map { _ in random.below(World.actions) })
        failsOneIn = [10, 25, 25, 200][random.below(4)]
        energyOfStep = [5, 12, 12, 40][random.below(4)]
        pendsOneIn = [4, 12, 12, 1000][random.below(4)]
        self.random = random
    }

    /// Bytes that begin with a number of their own; some are too long for an envelope.
    func newPayload() -> [UInt8] {
        lastNumber += 1
        let size = [8, 8, 20, 32, 33, 200, 2000][random.below(7)]
        let filling = [UInt8](repeating: UInt8(truncatingIfNeeded: lastNumber), count: size - 8)
        return withUnsafeBytes(of: lastNumber) { [UInt8]($0) } + filling
    }

    func number(_ message: Envelope) -> UInt64? {
        switch message.pointee.type {
        case MessageType.send, MessageType.publish, MessageType.request, MessageType.reply: break
        default: return nil
        }
        let number = message.pointee.payload.loadUnaligned(as: UInt64.self)
        if number == 0 { return nil }
        let isIntact = message.bytes.dropFirst(8).allSatisfy { $0 == UInt8(truncatingIfNeeded: number) }
        #expect(isIntact)
        return number
    }

    private func change(_ number: UInt64, by copies: Int) {
        balance[number, default: 0] += copies
        if balance[number] == 0 { balance[number] = nil }
    }

    func note(_ what: String, _ status: Status) { trace.append("\(what) \(status.name)") }

    /// The engine took over so many copies of a message.
    func accepted(_ payload: [UInt8], copies: Int = 1) {
        change(payload.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }, by: copies)
    }

    func forwarded(_ message: Envelope) {
        guard let number = number(message) else { return }
        unordered.insert(number)
        change(number, by: 1)
    }

    func stashed(_ number: UInt64) { unordered.insert(number) }

    /// A message reached its receiver; nothing from the same sender may have overtaken it.
    func received(_ message: Envelope, by actor: Actor) {
        trace.append("\(actor.ref) got \(message.pointee.type) of \(message.pointee.size) bytes")
        guard let number = number(message), !unordered.contains(number) else { return }
        let pair = Pair(sender: message.pointee.sender, receiver: actor.ref)
        #expect(heard[pair, default: 0] < number)
        heard[pair] = number
        promises.received(message, by: actor.ref)
    }

    func handled(_ number: UInt64) { if number != 0 { change(number, by: -1) } }

    func died(_ message: Envelope, to receiver: backstage_ref, of reason: backstage_dead_reason) {
        trace.append("dead \(reason) \(message.pointee.type)")
        let number = number(message)
        players[receiver]?.noticeDeath(of: reason)
        if reason == DeadReason.droppedOldest, let actor = engine.actor(receiver) {
            players[receiver]?.mirror.comeUp(Int(actor.stashed))
            players[receiver]?.notice(actor)
            players[receiver]?.mirror.drop(number ?? 0)
        }
        if reason != DeadReason.notWaiting { promises.died(message, to: receiver) }
        // A copy that met a full inbox, or no memory, was not counted among the receivers. What came
        // from elsewhere was, whatever became of it.
        let isUncounted =
            message.pointee.sender != 0
            && (reason == DeadReason.inboxFull || reason == DeadReason.noMemory)
        guard let number, !isUncounted else { return }
        change(number, by: -1)
    }

    /// All that was accepted has come to its end, once.
    func expectAllSettled() { #expect(balance == [:]) }
}

/// Makes a world, lets it know of dead letters, and ends it in the middle of what it does. Every message
/// must have come to its end by then.
func withWorld(seed: UInt64, _ body: (World) throws -> Void) throws {
    final class Box { var world: World? }
    let box = Box()
    try withEngine({ options in
        options.seed = seed
        options.dead_letter = { _, receiver, message, reason, state in
            let box = Unmanaged<Box>.fromOpaque(state!).takeUnretainedValue()
            box.world?.died(Envelope(mutating: message!), to: receiver, of: reason)
        }
        options.dead_letter_state = Unmanaged.passUnretained(box).toOpaque()
    }) { engine in
        let world = World(engine, seed: seed)
        box.world = world
        try body(world)
        world.energy = 30
    }
    let world = try #require(box.world)
    // Whoever waits elsewhere has been told of the end.
    let areTold = world.outsideRequests.allSatisfy { $0.isAnswered }
    #expect(areTold)
    world.takeAnswers()
    world.expectAllSettled()
    #expect(world.players.isEmpty)
}
