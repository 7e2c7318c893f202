import Backstage
import Testing

private struct Alert: Sendable, Equatable { var text: String }
private struct Pair<First: Sendable, Second: Sendable>: Sendable { var first: First, second: Second }

@Suite struct BroadcastsTests {
    @Test func itReachesAllWhoseMessageItIsAndNobodyElse() throws {
        try withRig { rig in
            var got: [String] = []
            for name in ["a", "b", "c"] {
                try rig.engine.spawn(name) { (message: Alert, context) in
                    got.append("\(name): \(message.text)")
                }
            }
            try rig.engine.spawn { (message: Alert?, context) in got.append("optional") }
            try rig.engine.spawn { (message: String, context) in got.append("string") }
            #expect(try rig.engine.broadcast(Alert(text: "fire")) == 3)
            try rig.settle()
            #expect(got == ["a: fire", "b: fire", "c: fire"])
            #expect(try rig.engine.broadcast(1) == 0)
        }
    }

    @Test func fromAnActorItReachesThatOneToo() throws {
        try withRig { rig in
            var got: [AnyActorRef?] = []
            let one = try rig.engine.spawn { (message: Alert, context) in
                got.append(context.sender)
                if message.text == "start" {
                    let count = try context.broadcast(Alert(text: "go"))
                    #expect(count == 2)
                }
            }
            try rig.engine.spawn { (message: Alert, context) in got.append(context.sender) }
            try one.send(Alert(text: "start"))
            try rig.settle()
            #expect(got == [nil, one.erased, one.erased])
        }
    }

    private func spawnFirst(_ rig: Rig, _ notes: Notes<String>) throws -> () throws -> Int {
        struct Local: Sendable { var number = 1 }
        try rig.engine.spawn { (message: Local, context) in notes.add("first \(message.number)") }
        return { try rig.engine.broadcast(Local()) }
    }

    private func spawnSecond(_ rig: Rig, _ notes: Notes<String>) throws -> () throws -> Int {
        struct Local: Sendable { var text = "two" }
        try rig.engine.spawn { (message: Local, context) in notes.add("second \(message.text)") }
        return { try rig.engine.broadcast(Local()) }
    }

    @Test func typesOfTheSameNameInDifferentPlacesAreDifferent() throws {
        let notes = Notes<String>()
        try withRig { rig in
            let first = try spawnFirst(rig, notes)
            let second = try spawnSecond(rig, notes)
            #expect(try first() == 1)
            try rig.settle()
            #expect(notes.all == ["first 1"])
            #expect(try second() == 1)
            try rig.settle()
            #expect(notes.all == ["first 1", "second two"])
        }
    }

    @Test func genericTypesAreToldApartByTheirArguments() throws {
        try withRig { rig in
            var got: [String] = []
            try rig.engine.spawn { (message: Pair<Int, String>, context) in got.append("int") }
            try rig.engine.spawn { (message: Pair<String, Int>, context) in got.append("string") }
            #expect(try rig.engine.broadcast(Pair(first: 1, second: "")) == 1)
            try rig.settle()
            #expect(got == ["int"])
        }
    }

    @Test func typesWithVeryLongNamesWorkToo() throws {
        typealias Once = Pair<Alert, Alert>
        typealias Twice = Pair<Once, Once>
        typealias Thrice = Pair<Twice, Twice>
        typealias Long = Pair<Thrice, Thrice>
        typealias LongToo = Pair<Thrice, Twice>
        #expect("\(String(reflecting: LongToo.self))".utf8.count > 255)
        let once = Once(first: Alert(text: ""), second: Alert(text: ""))
        let twice = Twice(first: once, second: once)
        let thrice = Thrice(first: twice, second: twice)
        try withRig { rig in
            var got: [String] = []
            try rig.engine.spawn("long") { (message: Long, context) in got.append("long") }
            try rig.engine.spawn { (message: LongToo, context) in got.append("long too") }
            #expect(try rig.engine.broadcast(Long(first: thrice, second: thrice)) == 1)
            #expect(try rig.engine.broadcast(LongToo(first: thrice, second: twice)) == 1)
            try rig.settle()
            #expect(got == ["long", "long too"])
            _ = try rig.engine.find("long", as: Long.self)
            expect(.wrongMessage) { _ = try rig.engine.find("long", as: LongToo.self) }
        }
    }

    @Test func aFullInboxMakesADeadLetter() throws {
        try withRig { rig in
            try rig.engine.spawn("full", options: ActorOptions(capacity: 1)) { (message: Alert, context) in }
            try rig.engine.spawn { (message: Alert, context) in }
            #expect(try rig.engine.broadcast(Alert(text: "1")) == 2)
            #expect(try rig.engine.broadcast(Alert(text: "2")) == 1)
            #expect(rig.reasons == [.inboxFull])
            #expect(rig.letters.all[0].receiverID == "full")
            #expect(rig.letters.all[0].text == "\(Alert(text: "2"))")
        }
    }

    @Test func oneThatFailsDoesNotSpoilItForTheOthers() throws {
        try withRig { rig in
            var got: [String] = []
            for index in 0..<3 {
                try rig.engine.spawn { (message: [String], context) in
                    if index == 1 { throw Oops() }
                    got += message
                }
            }
            let text = String(repeating: "long enough to be on the heap ", count: 3)
            #expect(try rig.engine.broadcast([text]) == 3)
            try rig.settle()
            #expect(got == [text, text])
            #expect(rig.reasons == [.failed])
            #expect(rig.letters.all[0].text == "\([text])")
        }
    }

    @Test func endedActorsAreNotReached() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: Alert, context) in }
            try ref.stop()
            try rig.settle()
            #expect(try rig.engine.broadcast(Alert(text: "")) == 0)
            #expect(rig.letters.count == 0)
        }
    }

    @Test func aMessageWithReferencesIsFreedOnceAllHaveHandledIt() throws {
        final class Held: Sendable {}
        weak var held: Held?
        try withRig { rig in
            for _ in 0..<3 { try rig.engine.spawn { (message: Held, context) in } }
            do {
                let object = Held()
                held = object
                try rig.engine.broadcast(object)
            }
            #expect(held != nil)
            try rig.settle()
            #expect(held == nil)
        }
    }
}
