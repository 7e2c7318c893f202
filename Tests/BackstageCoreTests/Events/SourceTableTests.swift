import Testing

@testable import BackstageCore

struct SourceTableTests {
    private func withTable(_ body: (Engine, inout SourceTable) throws -> Void) throws {
        try withEngine { engine in
            let held = engine.heldBytes
            var table = SourceTable()
            try body(engine, &table)
            table.release(in: engine)
            #expect(engine.heldBytes == held)
        }
    }

    /// Takes and gives at random. What is taken is found, and no token names two things, ever.
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func tokensNeverRepeat(_ seed: UInt64) throws {
        try withTable { engine, table in
            var random = Randomness(seed: seed)
            var given: Set<UInt64> = []
            var taken: [Source] = []
            for step in 0..<20_000 {
                if taken.isEmpty || random.below(100) < (step / 4000 % 2 == 0 ? 70 : 30) {
                    let source = try table.taken(in: engine)
                    source.pointee.kind = .timer
                    taken.append(source)
                    if !given.insert(source.token).inserted { Issue.record("\(source.token) again") }
                } else {
                    let source = taken.remove(at: random.below(taken.count))
                    let token = source.token
                    table.give(source)
                    if table.find(token) != nil { Issue.record("\(token) is still found") }
                }
            }
            let areFound = taken.allSatisfy { table.find($0.token) == $0 }
            #expect(areFound)
            let current = Set(taken.map(\.token))
            let stale = given.subtracting(current).filter { table.find($0) != nil }
            #expect(stale.isEmpty)
            #expect(!given.contains(0))
        }
    }

    /// More than one directory's worth: what was taken early stays where it is.
    @Test func growthMovesNothing() throws {
        try withTable { engine, table in
            var taken: [Source] = []
            for number in 0..<5000 {
                let source = try table.taken(in: engine)
                source.pointee.kind = .timer
                source.pointee.deadline = UInt64(number)
                taken.append(source)
            }
            #expect(Set(taken.map(\.pointee.index)).count == 5000)
            for (number, source) in taken.enumerated() {
                #expect(table.find(source.token) == source)
                #expect(source.pointee.deadline == UInt64(number))
            }
        }
    }

    /// A place whose generations are used up is never given again.
    @Test func aUsedUpPlaceIsRetired() throws {
        try withTable { engine, table in
            let source = try table.taken(in: engine)
            source.pointee.kind = .timer
            let early = source.token
            source.pointee.generation = .max
            let late = source.token
            #expect(table.find(late) == source)
            table.give(source)
            for _ in 0..<600 {
                let other = try table.taken(in: engine)
                #expect(other != source)
            }
            #expect(table.find(early) == nil)
            #expect(table.find(late) == nil)
            #expect(table.find(UInt64(source.pointee.index)) == nil)
        }
    }

    @Test func whatWasNeverGivenIsNotFound() throws {
        try withTable { engine, table in
            #expect(table.find(0) == nil)
            #expect(table.find(1 << 32) == nil)
            let source = try table.taken(in: engine)
            // Nobody's yet.
            #expect(table.find(source.token) == nil)
            source.pointee.kind = .timer
            let token = source.token
            for other in [0, token + 1, token + 256, token + 1 << 32, token - 1 << 32, .max, 0xFFFF_FFFF] {
                #expect(table.find(other) == nil)
            }
            #expect(table.find(token) == source)
        }
    }

    @Test func withoutMemoryNothingIsTaken() throws {
        try withTable { engine, table in
            engine.withoutMemory {
                let source = table.take(in: engine)
                #expect(source == nil)
            }
            let sources = try (0..<256).map { _ in try table.taken(in: engine) }
            #expect(Set(sources).count == 256)
            engine.withoutMemory {
                let source = table.take(in: engine)
                #expect(source == nil)
            }
            _ = try table.taken(in: engine)
        }
    }
}

extension SourceTable {
    fileprivate mutating func taken(in engine: Engine) throws -> Source {
        let source = take(in: engine)
        return try #require(source)
    }
}
