import Backstage
import Testing

@Suite struct RefsTests {
    @Test func aRefIsSmallAndPlain() {
        #expect(MemoryLayout<ActorRef<[String]>>.size == 12)
        #expect(_isPOD(ActorRef<[String]>.self))
        #expect(_isPOD(ReplyTo<[String]>.self))
    }

    @Test func refsAreEqualIfTheyNameTheSameActor() throws {
        try withRig { rig in
            let one = try rig.engine.spawn("one") { (message: Int, context) in }
            let two = try rig.engine.spawn { (message: Int, context) in }
            #expect(one != two)
            #expect(try one == rig.engine.find("one", as: Int.self))
            #expect(Set([one, two, one]).count == 2)
            #expect(one.erased.rawValue == one.rawValue)
        }
    }

    @Test func actorsOfDifferentEnginesAreDifferent() throws {
        try withRig { left in
            try withRig { right in
                let one = try left.engine.spawn { (message: Int, context) in }
                let two = try right.engine.spawn { (message: Int, context) in }
                #expect(one.rawValue == two.rawValue)
                #expect(one != two)
                #expect(one.erased != two.erased)
            }
        }
    }

    @Test func aRefOfAnActorThatEndedNeverNamesAnother() throws {
        try withRig(EngineOptions(clock: .virtual, actorsMax: 1)) { rig in
            var former: [ActorRef<Int>] = []
            for _ in 0..<100 {
                let ref = try rig.engine.spawn { (message: Int, context) in }
                for old in former { expect(.notFound) { try old.send(1) } }
                try ref.stop()
                try rig.settle()
                former.append(ref)
            }
            #expect(Set(former).count == 100)
        }
    }

    @Test func inAMessageARefIsAsGoodAsAnywhere() throws {
        struct Packet: Sendable {
            let back: ActorRef<String>
            let text: String
        }
        try withRig { rig in
            var got: [String] = []
            let sink = try rig.engine.spawn { (message: String, context) in got.append(message) }
            let echo = try rig.engine.spawn { (message: Packet, context) in
                try message.back.send(message.text.uppercased())
            }
            try echo.send(Packet(back: sink, text: "hello"))
            try rig.settle()
            #expect(got == ["HELLO"])
        }
    }

    @Test func afterTheEngineIsClosedEveryCallThrowsClosed() throws {
        let engine = try Engine(EngineOptions(clock: .virtual))
        let ref = try engine.spawn("a") { (message: String, context) in }
        try engine.close()
        expectClosed(ref)
    }

    @Test func afterTheEngineIsForgottenEveryCallThrowsClosed() throws {
        let ref = try Engine(EngineOptions(clock: .virtual)).spawn("a") { (message: String, context) in }
        expectClosed(ref)
    }

    private func expectClosed(_ ref: ActorRef<String>) {
        expect(.closed) { try ref.send("late") }
        expect(.closed) { try ref.erased.send(bytes: [1]) }
        expect(.closed) { try ref.stop() }
        expect(.closed) { try ref.poison() }
        expect(.closed) { try ref.drain() }
        expect(.closed) { _ = try ref.erased.typed(as: String.self) }
        expect(.closed) { let _: Int = try ref.requestAndWait { (reply: ReplyTo<Int>) in "\(reply)" } }
        #expect(ref.id == nil)
    }

    @Test func theSenderOfAMessage() throws {
        try withRig { rig in
            var senders: [AnyActorRef?] = []
            let sink = try rig.engine.spawn { (message: Int, context) in senders.append(context.sender) }
            let source = try rig.engine.spawn { (message: Int, context) in try sink.send(message) }
            try sink.send(1)
            try source.send(2)
            try rig.settle()
            #expect(senders == [nil, source.erased])
        }
    }

    @Test func anActorMaySendToItself() throws {
        try withRig { rig in
            var got: [Int] = []
            let ref = try rig.engine.spawn { (message: Int, context) in
                got.append(message)
                if message > 0 {
                    try context.ref.send(message - 1)
                    #expect(got.last == message)
                }
            }
            try ref.send(3)
            try rig.settle()
            #expect(got == [3, 2, 1, 0])
        }
    }

    @Test func bytesForAnActorWhoseMessagesAreNone() throws {
        struct Opaque: Sendable {}
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: Opaque, context) in }
            try ref.erased.send(bytes: [1, 2])
            try rig.settle()
            #expect(rig.reasons == [.failed])
            #expect(rig.letters.all[0].bytes == [1, 2])
            #expect(rig.letters.all[0].text == nil)
        }
    }
}
