import Backstage
import CBackstage
import CBackstageActors
import Testing

/// Requests between Swift and C.
struct BorderRequestTests {
    /// Answers with the text in capitals; `later` it keeps, until it is told to answer.
    private struct Server: Actor {
        let refused: Notes<BackstageError>
        var kept: [Question] = []

        mutating func receive(_ question: Question, _ context: Context<Question>) throws {
            guard let reply = question.reply else {
                for question in kept { answer(question) }
                return
            }
            switch question.text {
            case "later": kept.append(question)
            case "fail": throw Oops()
            case "twice":
                answer(question)
                answer(question)
            default:
                try reply.send(question.text.uppercased())
            }
        }

        private func answer(_ question: Question) {
            do throws(BackstageError) {
                try question.reply?.send(question.text.uppercased())
            } catch {
                refused.add(error)
            }
        }
    }

    private func withServer(
        _ body: (Rig, Recorder, ActorRef<Question>, Notes<BackstageError>) throws -> Void
    ) throws {
        try withRecorder { rig, recorder in
            let refused = Notes<BackstageError>()
            let server = try rig.engine.spawn("server") { Server(refused: refused) }
            try body(rig, recorder, server, refused)
        }
    }

    private func failure(_ status: Int) -> Recorder.Record {
        Recorder.Record(
            BACKSTAGE_FAILURE,
            withUnsafeBytes(of: backstage_failure(status: Int32(status))) { Array($0) })
    }

    @Test func cAsksSwift() throws {
        try withServer { rig, recorder, server, _ in
            for text in ["hello", String(repeating: "long ", count: 20)] {
                #expect(recorder.request(server.rawValue, Array(text.utf8)) == 0)
            }
            try rig.settle()
            #expect(
                recorder.records == [
                    .init(BACKSTAGE_REPLY, "HELLO"),
                    .init(BACKSTAGE_REPLY, String(repeating: "LONG ", count: 20)),
                ])
            #expect(recorder.senders == [server.rawValue, server.rawValue])
        }
    }

    @Test func anAnswerToCMayComeLater() throws {
        try withServer { rig, recorder, server, _ in
            #expect(recorder.request(server.rawValue, Array("later".utf8)) == 0)
            try rig.settle()
            #expect(recorder.records.isEmpty)
            try server.send(Question("now", nil))
            try rig.settle()
            #expect(recorder.texts == ["LATER"])
        }
    }

    @Test func anAnswerToCThatIsLateOrSecondIsADeadLetter() throws {
        try withServer { rig, recorder, server, refused in
            #expect(recorder.request(server.rawValue, Array("later".utf8), timeout: 1_000_000_000) == 0)
            #expect(recorder.request(server.rawValue, Array("twice".utf8)) == 0)
            try rig.settle()
            try rig.advance(.seconds(1))
            try server.send(Question("now", nil))
            try rig.settle()
            #expect(recorder.records == [.init(BACKSTAGE_REPLY, "TWICE"), failure(BACKSTAGE_TIMEOUT)])
            #expect(refused.all == [.notWaiting, .notWaiting])
            #expect(rig.reasons == [.notWaiting, .notWaiting])
            #expect(rig.letters.all.map(\.text) == ["TWICE", "LATER"])
        }
    }

    @Test func cIsToldThatItsRequestFailed() throws {
        try withServer { rig, recorder, server, _ in
            #expect(recorder.request(server.rawValue, Array("fail".utf8)) == 0)
            #expect(recorder.request(server.rawValue, Array("hello".utf8)) == 0)
            try rig.settle()
            #expect(recorder.records == [failure(BACKSTAGE_STOPPED), failure(BACKSTAGE_STOPPED)])
            #expect(rig.reasons == [.failed, .ended])
        }
    }

    @Test func aThreadOfCAsksSwift() throws {
        let engine = try Engine()
        let server = try engine.spawn { Server(refused: Notes()) }.rawValue
        try engine.start()
        nonisolated(unsafe) let handle = engine.handle
        try elsewhere {
            var reply: OpaquePointer?
            #expect(backstage_engine_request(handle, server, "hi", 2, -1, &reply) == 0)
            let bytes = UnsafeRawBufferPointer(
                start: backstage_payload_data(reply), count: backstage_payload_size(reply))
            #expect(String(decoding: bytes, as: UTF8.self) == "HI")
            #expect(backstage_payload_release(reply) == 0)
            #expect(
                backstage_engine_request(handle, server, "fail", 4, -1, &reply)
                    == Int32(BACKSTAGE_STOPPED))
        }
        try engine.close()
    }

    /// Asks an actor of C in each way that Swift has.
    private func asker(_ rig: Rig, _ there: ActorRef<Question>, _ seen: Notes<String>) throws -> ActorRef<
        String
    > {
        try rig.engine.spawn { (text: String, context) in
            try context.request(
                there, timeout: .seconds(1), { Question(text, $0) },
                perform: { (result: Result<String, BackstageError>, _) in
                    switch result {
                    case .success(let text): seen.add(text)
                    case .failure(let error): seen.add("\(error)")
                    }
                })
        }
    }

    @Test func swiftAsksC() throws {
        try withRecorder(reaction: CACTORS_ANSWER) { rig, recorder in
            let seen = Notes<String>()
            let there = try rig.engine.find("recorder", as: Question.self)
            let asker = try asker(rig, there, seen)
            for text in ["abc", "", String(repeating: "xy", count: 50)] { try asker.send(text) }
            try rig.settle()
            #expect(seen.all == ["cba", "", String(repeating: "yx", count: 50)])
            #expect(recorder.records.map(\.type) == Array(repeating: BACKSTAGE_REQUEST, count: 3))
            #expect(try there.requestAndWait { Question("from outside", $0) } == "edistuo morf")
        }
    }

    @Test func swiftAsksCFromATask() async throws {
        let engine = try Engine()
        let recorder = try Recorder(engine, "recorder", CACTORS_ANSWER)
        let there = try engine.find("recorder", as: Question.self)
        try engine.start()
        let answer = try await there.request { Question("abc", $0) }
        #expect(answer == "cba")
        try engine.close()
        recorder.free()
    }

    @Test func swiftIsToldThatItsRequestFailed() throws {
        for (reaction, error) in [(CACTORS_KEEP, "timeout"), (CACTORS_FAIL, "stopped")] {
            try withRecorder(reaction: reaction) { rig, recorder in
                let seen = Notes<String>()
                let asker = try asker(rig, try rig.engine.find("recorder", as: Question.self), seen)
                try asker.send("abc")
                try rig.settle()
                try rig.advance(.seconds(1))
                #expect(seen.all == [error])
            }
        }
    }

    @Test func anAnswerOfCMayBeNoAnswer() throws {
        try withRecorder(reaction: CACTORS_ANSWER) { rig, recorder in
            let seen = Notes<String>()
            let there = try rig.engine.find("recorder", as: Ask<Trade>.self)
            let asker = try rig.engine.spawn { (text: String, context) in
                try context.request(
                    there, { Ask(text: text, reply: $0) },
                    perform: { (result: Result<Trade, BackstageError>, _) in seen.add("\(result)") })
            }
            for text in ["1|TA", "nonsense"] { try asker.send(text) }
            try rig.settle()
            #expect(seen.count == 2)
            #expect(seen.all[0].contains("AT") && seen.all[0].hasPrefix("success"))
            #expect(seen.all[1].hasPrefix("failure") && seen.all[1].contains("undecodable"))
        }
    }

    private struct Ask<Answer: Payload>: Payload {
        let text: String
        let reply: ReplyTo<Answer>?

        init(text: String, reply: ReplyTo<Answer>) {
            self.text = text
            self.reply = reply
        }

        init(decoding incoming: borrowing IncomingBytes) throws {
            text = try String(decoding: incoming)
            reply = incoming.replyTo(Answer.self)
        }

        func encoded() throws -> [UInt8] { Array(text.utf8) }
    }

    @Test func aRequestThatCannotBeEncodedIsNone() throws {
        try withRecorder(reaction: CACTORS_ANSWER) { rig, recorder in
            let (seen, there) = (Notes<String>(), try rig.engine.find("recorder", as: Trade.self))
            let asker = try rig.engine.spawn { (_: Int, context) in
                do throws(BackstageError) {
                    try context.request(
                        there, { (_: ReplyTo<String>) in Trade("a|b", 1) },
                        perform: { (_: Result<String, BackstageError>, _) in Issue.record("answered") })
                } catch {
                    seen.add("\(error)")
                }
            }
            try asker.send(0)
            try rig.settle()
            #expect(seen.all == ["notEncodable"])
            #expect(recorder.records.isEmpty)
        }
    }

    /// An asker of C takes bytes; what has none is refused, and the request still waits.
    @Test func anAnswerThatHasNoBytesIsRefused() throws {
        try withRecorder { rig, recorder in
            let seen = Notes<String>()
            let server = try rig.engine.spawn { (question: Strict, _) in
                do throws(BackstageError) {
                    try question.reply?.send(Trade("a|b", 1))
                } catch {
                    seen.add("\(error)")
                }
                try question.reply?.send(Trade("ab", 1))
            }
            #expect(recorder.request(server.rawValue, []) == 0)
            try rig.settle()
            #expect(seen.all == ["notEncodable"])
            #expect(recorder.records == [.init(BACKSTAGE_REPLY, "ab|1")])
        }
    }

    private struct Strict: Payload {
        let reply: ReplyTo<Trade>?
        init(decoding incoming: borrowing IncomingBytes) throws { reply = incoming.replyTo(Trade.self) }
        func encoded() throws -> [UInt8] { [] }
    }

    /// A struct for an answer, to a request of nothing.
    @Test func aMeterOfCAnswersWithAStruct() throws {
        try withRig { rig in
            let meter = UnsafeMutablePointer<cactors_meter>.allocate(capacity: 1)
            defer { meter.deallocate() }
            var raw: UInt64 = 0
            try #require(cactors_meter_spawn(rig.engine.handle, "meter", meter, &raw) == 0)
            let readings = try rig.engine.find("meter", as: Reading.self)
            for number in 1...3 { try readings.send(Reading(1, Double(number), time: 1)) }
            let questions = try rig.engine.find("meter", as: Total.self)
            #expect(try questions.requestAndWait { Total(reply: $0) } == Summary(count: 3, sum: 6))
            try rig.engine.close()
        }
    }

    private struct Total: Payload {
        let reply: ReplyTo<Summary>?
        init(reply: ReplyTo<Summary>) { self.reply = reply }
        init(decoding incoming: borrowing IncomingBytes) throws { reply = incoming.replyTo(Summary.self) }
        func encoded() throws -> [UInt8] { [] }
    }
}
