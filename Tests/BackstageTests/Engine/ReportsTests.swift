import Backstage
import Testing

// What an engine reports: its log, its dead letters, its statistics.

@Suite struct ReportsTests {
    @Test func aFailureIsLoggedWithItsError() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn("clumsy") { (message: Int, context) in throw Oops("fell") }
            try ref.send(1)
            try rig.settle()
            let line = try #require(rig.lines.all.first)
            #expect(rig.lines.count == 1)
            #expect(line.level == .error)
            #expect(line.message.contains("clumsy"))
            #expect(line.error == "\(Oops("fell"))")
        }
    }

    @Test func levelsAreOrderedByHowSeriousTheyAre() {
        #expect(LogLevel.info < .warning)
        #expect(LogLevel.warning < .error)
        #expect([LogLevel.error, .info, .warning].max() == .error)
    }

    @Test func anEntryIsALineOfText() throws {
        let texts = Notes<String>()
        let engine = try Engine(EngineOptions(clock: .virtual, log: { texts.add("\($0)") }))
        let ref = try engine.spawn("a") { (message: Int, context) in throw Oops("fell") }
        try ref.send(1)
        try engine.run(.untilIdle)
        #expect(texts.all.first?.hasPrefix("error: ") == true)
        #expect(texts.all.first?.hasSuffix(": \(Oops("fell"))") == true)
        try engine.close()
    }

    @Test func theLogAndDeadLettersMaySendAndNoMore() throws {
        let notes = Notes<String>()
        let holder = Notes<ActorRef<String>>()
        let engines = Notes<Engine>()
        let seen = Notes<BackstageError>()
        @Sendable func refuse(_ engine: Engine?) {
            guard let engine else { return }
            for call in [
                { try engine.run(.untilIdle) }, { try engine.close() },
                { try engine.spawn { (message: Int, context) in } },
                { _ = try engine.statistics() },
            ] as [() throws -> Void] {
                do { try call() } catch let error as BackstageError { seen.add(error) } catch {}
            }
        }
        let engine = try Engine(
            EngineOptions(
                clock: .virtual,
                deadLetter: { letter in
                    try? holder.all.first?.send("letter \(letter.reason)")
                    refuse(engines.all.first)
                }, log: { entry in try? holder.all.first?.send("log \(entry.level)") }))
        engines.add(engine)
        holder.add(try engine.spawn { (message: String, context) in notes.add(message) })
        let ref = try engine.spawn { (message: Int, context) in throw Oops() }
        try ref.send(1)
        try engine.run(.untilIdle)
        #expect(notes.all.sorted() == ["letter failed", "log error"])
        #expect(seen.all == [.inCallback, .inCallback, .inCallback, .inCallback])
        engines.clear()
        try engine.close()
    }

    @Test func aDeadLetterTellsWhoAndWhat() throws {
        try withRig { rig in
            let sink = try rig.engine.spawn("sink") { (message: [Int], context) in throw Oops() }
            let source = try rig.engine.spawn { (message: Int, context) in try sink.send([message]) }
            try source.send(5)
            try rig.settle()
            let letter = try #require(rig.letters.all.first)
            #expect(letter.reason == .failed)
            #expect(letter.receiver == sink.erased)
            #expect(letter.receiverID == "sink")
            #expect(letter.sender == source.erased)
            #expect(letter.topic == nil)
            #expect(letter.text == "[5]")
            #expect(letter.bytes == nil)
        }
    }

    @Test func theMessageOfADeadLetterCanBeSentAgain() throws {
        let kept = Notes<String>()
        let engine = try Engine(
            EngineOptions(
                clock: .virtual, deadLetter: { if let text = $0.message as? String { kept.add(text) } }))
        let full = try engine.spawn(options: ActorOptions(capacity: 1, overflow: .dropNewest)) {
            (message: String, context) in
        }
        let text = String(repeating: "a text on the heap ", count: 10)
        try full.send("x")
        try full.send(text)
        #expect(kept.all == [text])
        try engine.close()
        #expect(kept.all == [text, "x"])
    }

    @Test func theLedgerHoldsAtEveryStep() throws {
        try withRig { rig in
            func check() throws {
                let statistics = try rig.engine.statistics()
                #expect(statistics.accepted == statistics.handled + statistics.dead + statistics.queued)
            }
            let ref = try rig.engine.spawn(options: ActorOptions(capacity: 10, overflow: .dropOldest)) {
                (message: Int, context) in
                try check()
                if message % 7 == 0 { try context.stash() }
                if message % 11 == 0 { _ = try context.unstash() }
                if message % 5 == 0 { try? context.ref.send(message + 1) }
            }
            for round in 0..<50 {
                // Refused, where all that wait are stashed.
                for number in 0..<8 { try? ref.send(round * 8 + number) }
                try check()
                try rig.engine.run(.noWait)
                try check()
            }
        }
    }

    @Test func anActorsStatistics() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: Int, context) in
                if message == 0 { try context.stash() }
            }
            for number in 0..<5 { try ref.send(number) }
            #expect(try rig.engine.statistics(of: ref).queued == 5)
            try rig.settle()
            let statistics = try rig.engine.statistics(of: ref)
            #expect(statistics.queued == 1)
            #expect(statistics.stashed == 1)
            #expect(statistics.handled == 4)
            #expect(statistics.dead == 0)
            #expect(statistics.queuedMax == 5)
            try withRig { other in
                expect(.notFound) { _ = try other.engine.statistics(of: ref) }
            }
            try ref.stop()
            try rig.settle()
            expect(.notFound) { _ = try rig.engine.statistics(of: ref) }
        }
    }

    @Test func anEngineWithLittleMemorySaysSo() throws {
        try withRig(EngineOptions(clock: .virtual, actorsMax: 1000, memoryBytesMax: 2_000_000)) { rig in
            let ref = try rig.engine.spawn(options: ActorOptions(capacity: 1_000_000)) {
                (message: Int, context) in
            }
            var refused: BackstageError?
            for number in 0..<1_000_000 {
                do throws(BackstageError) { try ref.send(number) } catch {
                    refused = error
                    break
                }
            }
            #expect(refused == .noMemory)
            #expect(try rig.engine.statistics().memoryBytes <= 2_000_000)
        }
    }
}
