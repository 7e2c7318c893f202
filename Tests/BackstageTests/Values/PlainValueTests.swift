import Backstage
import Testing

/// Messages that need not be destroyed, of all sizes that travel in another way.
struct PlainValueTests {
    /// Any plain message.
    protocol Plain: Sendable, Equatable {
        static var samples: [Self] { get }
    }

    struct Kind: Sendable, CustomTestStringConvertible {
        let type: any Plain.Type
        var testDescription: String { "\(type), of \(type.size) bytes" }
    }

    private static let kinds = [
        Kind(type: Nothing.self), Kind(type: Bool.self), Kind(type: UInt8.self), Kind(type: Sized3.self),
        Kind(type: Int.self), Kind(type: Sized12.self), Kind(type: Sized17.self), Kind(type: Sized24.self),
        Kind(type: Sized25.self), Kind(type: Sized31.self), Kind(type: Sized32.self),
        Kind(type: Sized33.self),
        Kind(type: Sized4096.self), Kind(type: Vector16.self), Kind(type: Vector32.self),
        Kind(type: Vector64.self), Kind(type: Vector512.self), Kind(type: Single.self), Kind(type: Few.self),
        Kind(type: PlainChoice.self), Kind(type: Int?.self),
    ]

    @Test(arguments: kinds) func arriveAsTheyWereSent(_ kind: Kind) throws { try arrive(kind.type) }

    /// By every way there is: from outside, by an actor, to several, on a topic, as a question's answer, of
    /// a timer, from another thread.
    private func arrive<Message: Plain>(_ type: Message.Type) throws {
        try withRig { rig in
            let (engine, seen) = (rig.engine, Notes<Message>())
            let samples = Message.samples
            let topic = Topic<Message>("all", of: "press")
            try engine.spawn("press") { (_: Int, _) in }
            let sink = try engine.spawn { Sink(topic: topic, seen: seen) }
            let sender = try engine.spawn { (message: Relayed<Message>, context: Context<Relayed<Message>>) in
                switch message {
                case .pass(let message):
                    try sink.send(message)
                    try context.after(.seconds(1), send: .ring(message))
                case .ring(let message): try sink.send(message)
                case .echo(let message, let reply): try reply.send(message)
                }
            }
            try rig.settle()
            for sample in samples { try sink.send(sample) }
            for sample in samples { try sender.send(.pass(sample)) }
            try rig.settle()
            try rig.advance(.seconds(1))
            #expect(seen.all == samples + samples + samples)
            seen.clear()
            for sample in samples { try engine.broadcast(sample) }
            for sample in samples { try engine.publish(sample, on: topic) }
            try elsewhere {
                for sample in Message.samples { try sink.send(sample) }
            }
            try rig.settle()
            #expect(seen.all == samples + samples + samples)
            for sample in samples {
                #expect(try sender.requestAndWait { .echo(sample, $0) } == sample)
            }
        }
    }

    private enum Relayed<Message: Plain>: Sendable {
        case pass(Message)
        case ring(Message)
        case echo(Message, ReplyTo<Message>)
    }

    private struct Sink<Message: Plain>: Actor {
        let topic: Topic<Message>
        let seen: Notes<Message>
        func started(_ context: Context<Message>) throws { try context.subscribe(to: topic) }
        func receive(_ message: Message, _ context: Context<Message>) { seen.add(message) }
    }

    @Test(arguments: kinds) func areInTheirDeadLetters(_ kind: Kind) throws { try die(kind.type) }

    private func die<Message: Plain>(_ type: Message.Type) throws {
        let dead = Notes<Message?>()
        let engine = try Engine(EngineOptions(deadLetter: { dead.add($0.message as? Message) }))
        let sample = Message.samples[0]
        let failing = try engine.spawn { (_: Message, _) in throw Oops() }
        try failing.send(sample)
        try engine.run(.untilIdle)
        #expect(dead.all == [sample])
        let sink = try engine.spawn { (_: Message, _) in }
        try sink.send(sample)
        try sink.stop()
        try engine.run(.untilIdle)
        #expect(dead.all == [sample, sample])
        try engine.close()
    }

    @Test(arguments: kinds) func areStashedAsTheyAre(_ kind: Kind) throws { try stash(kind.type) }

    private func stash<Message: Plain>(_ type: Message.Type) throws {
        try withRig { rig in
            let seen = Notes<Message>()
            let actor = try rig.engine.spawn { (message: Message, context) in
                try context.stash()
                let count = try context.engine.statistics(of: context.ref).stashed
                if count < Message.samples.count - 1 { return }
                try context.unstash()
                context.become { message, _ in seen.add(message) }
                try context.ref.send(message)
            }
            for sample in Message.samples { try actor.send(sample) }
            try rig.settle()
            try actor.stop()
            try rig.settle()
            #expect(seen.all == Message.samples)
            #expect(rig.letters.count == 1)
        }
    }
}

private typealias Plain = PlainValueTests.Plain

extension PlainValueTests.Plain {
    fileprivate static var size: Int { MemoryLayout<Self>.size }
}

private struct Nothing: Plain {
    static let samples = [Nothing(), Nothing(), Nothing()]
}

extension Bool: PlainValueTests.Plain {
    static let samples = [true, false, true]
}

extension UInt8: PlainValueTests.Plain {
    static let samples: [UInt8] = [0, 7, 255]
}

extension Int: PlainValueTests.Plain {
    static let samples = [Int.min, 0, 7, .max]
}

extension Int?: PlainValueTests.Plain {
    static let samples: [Int?] = [nil, 1, .max]
}

/// Of as many bytes as its type says.
private protocol Sized: PlainValueTests.Plain {
    init()
}

extension Sized {
    static var samples: [Self] { [filled(1), filled(2), filled(255)] }

    private static func filled(_ byte: UInt8) -> Self {
        var sample = Self()
        withUnsafeMutableBytes(of: &sample) { bytes in
            for i in bytes.indices { bytes[i] = byte &+ UInt8(truncatingIfNeeded: i) }
        }
        return sample
    }

    static func == (left: Self, right: Self) -> Bool {
        withUnsafeBytes(of: left) { left in
            withUnsafeBytes(of: right) { left.elementsEqual($0) }
        }
    }
}

private struct Sized3: Sized { var bytes = [3 of UInt8](repeating: 0) }
private struct Sized12: Sized { var words = [3 of UInt32](repeating: 0) }
private struct Sized17: Sized { var bytes = [17 of UInt8](repeating: 0) }
private struct Sized24: Sized { var words = [3 of UInt64](repeating: 0) }
private struct Sized25: Sized { var bytes = [25 of UInt8](repeating: 0) }
private struct Sized31: Sized { var bytes = [31 of UInt8](repeating: 0) }
private struct Sized32: Sized { var words = [4 of UInt64](repeating: 0) }
private struct Sized33: Sized { var bytes = [33 of UInt8](repeating: 0) }
private struct Sized4096: Sized { var words = [512 of UInt64](repeating: 0) }
private struct Vector16: Sized { var lanes = SIMD4<UInt32>() }
private struct Vector32: Sized { var lanes = SIMD4<UInt64>() }
private struct Vector64: Sized { var lanes = SIMD64<UInt8>() }
private struct Vector512: Sized { var lanes = SIMD64<UInt64>() }

private enum Single: Plain {
    case only
    static let samples = [Single.only, .only]
}

private enum Few: Plain {
    case first, second, third
    static let samples = [Few.third, .first, .second]
}

private enum PlainChoice: Plain {
    case nothing
    case one(Int)
    case many(Int, Int, Int, Double)
    static let samples = [PlainChoice.nothing, .one(3), .many(1, 2, 3, 4), .nothing]
}
