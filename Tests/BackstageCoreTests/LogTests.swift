import CBackstage
import Testing

@testable import BackstageCore

struct LogTests {
    private final class Book {
        var lines: [(level: Int, text: String)] = []
        var engine: Engine?
        var statuses: [Status] = []
    }

    /// Runs a test with a log; every line is checked to have ended where it should.
    private func withLog(_ body: (Engine, Book) throws -> Void) throws {
        let book = Book()
        try withEngine({ options in
            options.log = { level, message, state in
                let book = Unmanaged<Book>.fromOpaque(state!).takeUnretainedValue()
                book.lines.append((Int(level), String(cString: message!)))
                if let engine = book.engine { book.statuses.append(engine.check()) }
            }
            options.log_state = Unmanaged.passUnretained(book).toOpaque()
        }) { engine in
            book.engine = engine
            try body(engine, book)
            book.engine = nil
        }
    }

    @Test(
        arguments: [
            (-1000, "-1000 (USER)"), (-1, "-1 (INVALID_ARGUMENT)"), (-999, "-999 (UNKNOWN)"),
            (.min, "-2147483648 (USER)"), (-10, "-10 (NOT_MONITORED)"), (-100, "-100 (UNKNOWN)"),
        ] as [(Status, String)])
    func aFailureIsLoggedWithItsStatus(_ status: Status, _ text: String) throws {
        try withLog { engine, book in
            engine.logFailure(try engine.spawn(id: "worker"), "failed", status)
            #expect(book.lines.map(\.text) == ["actor \"worker\" failed: status \(text)"])
            #expect(book.lines.map(\.level) == [BACKSTAGE_LOG_ERROR])
            #expect(book.statuses == [.inCallback])
        }
    }

    @Test func anActorWithoutAnIdIsNamedByItsRef() throws {
        try withLog { engine, book in
            try engine.spawn()
            let actor = try engine.spawn()
            engine.logFailure(actor, "failed", -1000)
            #expect(book.lines.last?.text == "actor \(actor.ref) failed: status -1000 (USER)")
        }
    }

    /// The longest that the engine has to say fits.
    @Test func theLongestIdFits() throws {
        try withLog { engine, book in
            let id = String(repeating: "i", count: 255)
            let probe = Probe()
            probe.onReceive = { _, _ in .min }
            let actor = try engine.spawn(probe, id: id)
            #expect(engine.send([1], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(book.lines.map(\.text) == ["actor \"\(id)\" failed: status -2147483648 (USER)"])
        }
    }

    /// A line longer than its room is cut, and still ends.
    @Test func whatDoesNotFitIsCutOff() throws {
        try withLog { engine, book in
            let actor = try engine.spawn(id: String(repeating: "i", count: 255))
            let text: StaticString = """
                one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen \
                sixteen seventeen eighteen nineteen twenty twenty-one twenty-two twenty-three twenty-four \
                twenty-five twenty-six twenty-seven twenty-eight twenty-nine thirty thirty-one thirty-two
                """
            engine.logLine(UInt32(BACKSTAGE_LOG_INFO), text, actor)
            let whole = "\(text) actor \"\(String(repeating: "i", count: 255))\""
            #expect(whole.utf8.count > 511)
            #expect(book.lines.map(\.text) == [String(whole.prefix(511))])
            #expect(book.lines.map(\.level) == [BACKSTAGE_LOG_INFO])
        }
    }

    @Test func withoutALogNothingIsWritten() throws {
        try withEngine { engine in
            engine.logFailure(try engine.spawn(), "failed", -1000)
            #expect(engine.check() == .ok)
        }
    }
}
