import Backstage
import BackstageTestKit
import Testing

@Suite struct ProbeTests {
    @Test func expectsInOrder() throws {
        let stage = try Stage(seed: 1)
        let probe = try stage.probe(of: Int.self)
        for number in 1...5 { try probe.ref.send(number) }
        try probe.expect(1)
        try probe.expect(2, 3)
        #expect(probe.unexpected == [4, 5])
        #expect(try probe.expectMessage() == 4)
        #expect(try probe.expect { $0 > 4 } == 5)
        try probe.expectNone()
        #expect(probe.received == [1, 2, 3, 4, 5])
        try stage.close()
    }

    @Test func anotherMessageFails() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: Tally.Message.self)
        try probe.ref.send(.add(2))
        let failed = failure { try probe.expect(.add(3), file: "T.swift", line: 7) }
        #expect(failed?.description == "T.swift:7: expected add(3), but add(2) came")
        // It is still there.
        try probe.expect(.add(2))
        try stage.close()
    }

    @Test func noMessageFails() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: String.self)
        let failed = failure { try probe.expect("a") }
        #expect(failed?.expected == "\"a\"")
        #expect(failed?.got == "nothing came")
        #expect(failed?.file == #fileID)
        #expect(failure { try probe.expectMessage() }?.expected == "a message")
        try stage.close()
    }

    @Test func aRowThatBreaksTakesNothing() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: Int.self)
        for number in [1, 2, 4] { try probe.ref.send(number) }
        let failed = failure { try probe.expect(1, 2, 3) }
        #expect(failed?.expected == "3 as number 3")
        #expect(failed?.got == "4 came")
        try probe.expect(1, 2, 4)
        #expect(failure { try probe.expect(1) }?.expected == "1")
        try stage.close()
    }

    @Test func anUnexpectedMessageFails() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: String.self)
        try probe.ref.send("a")
        try probe.ref.send("b")
        #expect(
            failure { try probe.expectNone() }?.description.hasSuffix(
                "expected no message, but \"a\", \"b\" came") == true)
        try probe.skipAll()
        try probe.expectNone()
        #expect(probe.received == ["a", "b"])
        try stage.close()
    }

    @Test func patterns() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: Tally.Message.self)
        try probe.ref.send(.add(2))
        let failed = failure { try probe.expect { if case .fail = $0 { true } else { false } } }
        #expect(failed?.expected == "a message that matches")
        #expect(failed?.got == "add(2) came")
        let none = failure {
            _ = try probe.expectMatch { if case .total(let reply) = $0 { reply } else { nil } }
        }
        #expect(none?.got == "add(2) came")
        #expect(try probe.expectMatch { if case .add(let number) = $0 { number } else { nil } } == 2)
        struct Odd: Error {}
        try probe.ref.send(.fail)
        #expect(throws: Odd.self) { try probe.expect { _ in throw Odd() } }
        try probe.expect(.fail)
        try stage.close()
    }

    @Test func answersAsTheActorInItsPlace() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: Tally.Message.self)
        let ref = probe.ref
        let total = stage.start { try await ref.request { .total($0) } }
        let reply = try probe.expectMatch { if case .total(let reply) = $0 { reply } else { nil } }
        #expect(!total.isDone)
        try reply.send(42)
        try stage.settle()
        #expect(try total.value() == 42)
        try stage.close()
    }

    @Test func keepsHowMessagesCame() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: Int.self, "probe")
        let tally = try stage.spawn { Tally() }
        let topic = Topic<Int>("sums", of: "publisher")
        let listener = try stage.probe(on: topic)
        try stage.advance(by: .seconds(2))
        try stage.spawn("publisher") { (message: Int, context) in
            try context.publish(message, on: topic)
        }.send(7)
        try tally.send(.report(to: probe.ref))
        try probe.ref.send(1)
        try stage.settle()
        #expect(Set(probe.deliveries.map(\.sender)) == [nil, tally.erased])
        #expect(probe.deliveries.allSatisfy { $0.time == .seconds(2) && $0.topic == nil })
        try listener.expect(7)
        #expect(listener.deliveries.map(\.topic) == ["sums"])
        #expect(try stage.engine.find("probe", as: Int.self) == probe.ref)
        try stage.close()
    }

    @Test func aSmallProbeRefuses() throws {
        let stage = try Stage()
        let probe = try stage.probe(of: Int.self, options: ActorOptions(capacity: 1))
        try probe.ref.send(1)
        #expect(throws: BackstageError.inboxFull) { try probe.ref.send(2) }
        try probe.expect(1)
        try probe.expectNone()
        try stage.close()
    }
}
