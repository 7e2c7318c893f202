import Backstage
import Synchronization
import Testing

/// Counts those alive.
private final class Counted: Sendable {
    let count: ValueTally
    init(_ count: ValueTally) {
        self.count = count
        count.number.wrappingAdd(1, ordering: .relaxed)
    }
    deinit { count.number.wrappingSubtract(1, ordering: .relaxed) }
}

private final class ValueTally: Sendable {
    let number = Atomic<Int>(0)
    var value: Int { number.load(ordering: .relaxed) }
}

private struct LargeValue: Sendable, Equatable {
    var a = (1, 2, 3, 4)
    var b = (5, 6, 7, 8)
    static func == (left: LargeValue, right: LargeValue) -> Bool { left.a == right.a && left.b == right.b }
}

private struct LargeWithReference: Sendable {
    var numbers = (1, 2, 3, 4)
    let counted: Counted
    var more = (5, 6, 7, 8)
}

@Suite struct MessageValuesTests {
    /// Sends a value and gives back what came.
    private func travel<Value: Sendable>(_ value: Value) throws -> Value? {
        var got: Value?
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: Value, context) in got = message }
            try ref.send(value)
            try rig.settle()
            #expect(rig.letters.count == 0)
        }
        return got
    }

    @Test func valuesOfAllShapesArriveAsTheyWere() throws {
        #expect(try travel(42) == 42)
        #expect(try travel(UInt8(255)) == 255)
        #expect(try travel("short") == "short")
        let long = String(repeating: "long ", count: 1000)
        #expect(try travel(long) == long)
        #expect(try travel(LargeValue()) == LargeValue())
        #expect(try travel([1: ["a"], 2: ["b", "c"]]) == [1: ["a"], 2: ["b", "c"]])
        #expect(try travel(Int?.none) == .some(nil))
        #expect(try travel(SIMD8<Double>(repeating: 1.5)) == SIMD8<Double>(repeating: 1.5))
        let any: any Sendable = "any"
        #expect(try travel(any) as? String == "any")
        let closure: @Sendable (Int) -> Int = { $0 + 1 }
        #expect(try travel(closure)?(1) == 2)
        #expect(try travel(Array(0..<100_000)) == Array(0..<100_000))
    }

    @Test func aReferenceIsFreedOnceItsMessageIsHandled() throws {
        let tally = ValueTally()
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: Counted, context) in }
            for _ in 0..<100 { try ref.send(Counted(tally)) }
            #expect(tally.value == 100)
            try rig.settle()
            #expect(tally.value == 0)
        }
    }

    @Test func aLargeValueWithAReferenceIsFreedToo() throws {
        let tally = ValueTally()
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: LargeWithReference, context) in
                #expect(message.more.3 == 8)
            }
            for _ in 0..<100 { try ref.send(LargeWithReference(counted: Counted(tally))) }
            try rig.settle()
            #expect(tally.value == 0)
        }
    }

    @Test func refusedMessagesAreNotKept() throws {
        let tally = ValueTally()
        try withRig { rig in
            let ref = try rig.engine.spawn(options: ActorOptions(capacity: 1)) {
                (message: Counted, context) in
            }
            try ref.send(Counted(tally))
            for _ in 0..<10 { expect(.inboxFull) { try ref.send(Counted(tally)) } }
            #expect(tally.value == 1)
            try ref.stop()
            expect(.ending) { try ref.send(Counted(tally)) }
            try rig.settle()
            expect(.notFound) { try ref.send(Counted(tally)) }
            #expect(tally.value == 0)
        }
    }

    @Test(arguments: [ActorOptions.Overflow.dropNewest, .dropOldest])
    func droppedMessagesAreFreed(_ overflow: ActorOptions.Overflow) throws {
        let tally = ValueTally()
        try withRig { rig in
            let ref = try rig.engine.spawn(options: ActorOptions(capacity: 2, overflow: overflow)) {
                (message: Counted, context) in
            }
            for _ in 0..<10 { try ref.send(Counted(tally)) }
            #expect(tally.value == 2)
            #expect(rig.letters.count == 8)
            try rig.settle()
            #expect(tally.value == 0)
        }
    }

    @Test func whatIsQueuedWhenTheEngineClosesIsFreed() throws {
        let tally = ValueTally()
        try withRig { rig in
            let small = try rig.engine.spawn { (message: Counted, context) in }
            let large = try rig.engine.spawn { (message: LargeWithReference, context) in }
            for _ in 0..<10 {
                try small.send(Counted(tally))
                try large.send(LargeWithReference(counted: Counted(tally)))
            }
        }
        #expect(tally.value == 0)
    }

    @Test func aMessageFailedOnIsADeadLetterThatStillHasItsValue() throws {
        let tally = ValueTally()
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: (String, Counted), context) in throw Oops() }
            let other = try rig.engine.spawn { (message: Int, context) in throw Oops() }
            try ref.send(("text", Counted(tally)))
            try other.send(77)
            try rig.settle()
            #expect(rig.reasons == [.failed, .failed])
            #expect(rig.letters.all[0].text?.hasPrefix("(\"text\"") == true)
            #expect(rig.letters.all[1].text == "77")
            #expect(rig.letters.all[1].receiver == other.erased)
            #expect(tally.value == 0)
        }
    }

    @Test func messagesOfOneSenderArriveInOrder() throws {
        try withRig { rig in
            var got: [String] = []
            let ref = try rig.engine.spawn { (message: String, context) in got.append(message) }
            for number in 0..<1000 { try ref.send("\(number)") }
            try rig.settle()
            #expect(got == (0..<1000).map { "\($0)" })
        }
    }

    @Test func aMessageLargerThanTheLimitIsRefused() throws {
        try withRig(EngineOptions(clock: .virtual, payloadBytesMax: 32)) { rig in
            let ref = try rig.engine.spawn { (message: LargeValue, context) in }
            expect(.payloadTooLarge) { try ref.send(LargeValue()) }
            let small = try rig.engine.spawn { (message: String, context) in }
            try small.send(String(repeating: "on Swift's heap", count: 10))
            try rig.settle()
        }
    }
}
