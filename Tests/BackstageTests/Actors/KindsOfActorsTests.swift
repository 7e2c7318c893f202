import Backstage
import Testing

// Structs, enums, classes, closures and generic types can all be actors.

private enum Light: Actor {
    case red, green

    struct Ask: Sendable { let reply: ReplyTo<String> }

    mutating func receive(_ message: Ask, _ context: Context<Ask>) throws {
        self = self == .red ? .green : .red
        try message.reply.send("\(self)")
    }
}

private final class Accumulator: Actor {
    private var sum = 0
    private let notes: Notes<Int>
    init(_ notes: Notes<Int>) { self.notes = notes }

    func receive(_ message: Int, _ context: Context<Int>) {
        sum += message
        notes.add(sum)
    }
}

private class Animal: Actor {
    let notes: Notes<String>
    required init(_ notes: Notes<String>) { self.notes = notes }
    func receive(_ message: String, _ context: Context<String>) { notes.add("animal: \(message)") }
    func started(_ context: Context<String>) { notes.add("animal started") }
    func ended(_ reason: EndReason, _ context: Context<String>) { notes.add("animal ended") }
    class var options: ActorOptions { ActorOptions(capacity: 2) }
}

private class Dog: Animal {
    override func receive(_ message: String, _ context: Context<String>) { notes.add("dog: \(message)") }
    override func started(_ context: Context<String>) {
        super.started(context)
        notes.add("dog started")
    }
    override class var options: ActorOptions { ActorOptions(capacity: 3) }
}

private struct Box<Element: Sendable>: Actor {
    enum Message { case put(Element), take(ReplyTo<Element?>) }
    var elements: [Element] = []

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .put(let element): elements.append(element)
        case .take(let reply): try reply.send(elements.popLast())
        }
    }
}

private protocol Greeting: Actor where Message == String {
    var greeting: String { get }
    var notes: Notes<String> { get }
}

extension Greeting {
    func receive(_ message: String, _ context: Context<String>) { notes.add("\(greeting), \(message)") }
}

private struct Hello: Greeting {
    let greeting = "Hello"
    let notes: Notes<String>
}

@Suite struct KindsOfActorsTests {
    @Test func anEnumIsAnActorThatChangesItself() throws {
        try withRig { rig in
            let light = try rig.engine.spawn { Light.red }
            #expect(try light.requestAndWait { Light.Ask(reply: $0) } == "green")
            #expect(try light.requestAndWait { Light.Ask(reply: $0) } == "red")
        }
    }

    @Test func aFinalClass() throws {
        let notes = Notes<Int>()
        try withRig { rig in
            let ref = try rig.engine.spawn { Accumulator(notes) }
            for number in 1...4 { try ref.send(number) }
            try rig.settle()
        }
        #expect(notes.all == [1, 3, 6, 10])
    }

    @Test func aClassAndItsSubclass() throws {
        let notes = Notes<String>()
        try withRig { rig in
            let animal = try rig.engine.spawn { Animal(notes) }
            let dog = try rig.engine.spawn { Dog(notes) }
            try animal.send("a")
            try dog.send("b")
            try rig.settle()
            #expect(notes.all == ["animal started", "animal: a", "animal started", "dog started", "dog: b"])
        }
        #expect(notes.all.suffix(2) == ["animal ended", "animal ended"])
    }

    @Test func aSubclassMadeAsItsSuperclassIsStillItself() throws {
        let notes = Notes<String>()
        try withRig { rig in
            let ref = try rig.engine.spawn { () -> Animal in Dog(notes) }
            try ref.send("x")
            try rig.settle()
            #expect(notes.all.last == "dog: x")
        }
    }

    @Test func theOptionsAreThoseOfTheTypeSpawned() throws {
        let notes = Notes<String>()
        try withRig { rig in
            let animal = try rig.engine.spawn { Animal(notes) }
            let dog = try rig.engine.spawn { Dog(notes) }
            for _ in 1...2 { try animal.send("") }
            expect(.inboxFull) { try animal.send("") }
            for _ in 1...3 { try dog.send("") }
            expect(.inboxFull) { try dog.send("") }
        }
    }

    @Test func aClosure() throws {
        try withRig { rig in
            var got: [Int] = []
            let ref = try rig.engine.spawn("doubler") { (message: Int, context) in
                got.append(message * 2)
                #expect(context.id == "doubler")
            }
            try ref.send(4)
            try rig.settle()
            #expect(got == [8])
        }
    }

    @Test func aClosureThatThrowsFails() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: Int, context) in throw Oops() }
            try ref.send(4)
            try rig.settle()
            #expect(rig.reasons == [.failed])
            expect(.notFound) { try ref.send(4) }
        }
    }

    @Test func aGenericActorForDifferentTypes() throws {
        try withRig { rig in
            let numbers = try rig.engine.spawn("numbers") { Box<Int>() }
            let words = try rig.engine.spawn("words") { Box<[String]>() }
            try numbers.send(.put(7))
            try words.send(.put(["a", "b"]))
            #expect(try numbers.requestAndWait { .take($0) } == 7)
            #expect(try words.requestAndWait { .take($0) } == ["a", "b"])
            #expect(try words.requestAndWait { .take($0) } == nil)
            expect(.wrongMessage) { _ = try rig.engine.find("words", as: Box<Int>.Message.self) }
        }
    }

    @Test func anActorWhoseReceiveIsOfAProtocolExtension() throws {
        let notes = Notes<String>()
        try withRig { rig in
            let ref = try rig.engine.spawn { Hello(notes: notes) }
            try ref.send("world")
            try rig.settle()
        }
        #expect(notes.all == ["Hello, world"])
    }

    @Test func anEmptyActorOfAnEmptyMessage() throws {
        struct Nothing: Sendable {}
        var count = 0
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: Nothing, context) in count += 1 }
            let unit = try rig.engine.spawn { (message: Void, context) in count += 10 }
            for _ in 0..<3 { try ref.send(Nothing()) }
            try unit.send(())
            try rig.settle()
        }
        #expect(count == 13)
    }
}
