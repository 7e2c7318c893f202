import Testing

@testable import BackstageCore

/// A table of numbers, and how the test hashes them: some ways are as bad as can be.
enum Hashing: CaseIterable {
    case spread, few, same, atTheEnd, zeroAndOne

    func hash(_ key: UInt32) -> UInt32 {
        switch self {
        case .spread: key &* 0x9E37_79B1
        case .few: key % 5
        case .same: 7
        // The last place of any table, and its first.
        case .atTheEnd: 0 &- key % 3
        // 0 marks a free place, so it must not be lost as a hash.
        case .zeroAndOne: key & 1
        }
    }
}

struct HashTableTests {
    @Test(arguments: Hashing.allCases, 1...4 as ClosedRange<UInt64>)
    func holdsWhatADictionaryHolds(_ hashing: Hashing, _ seed: UInt64) throws {
        try withEngine { engine in
            var random = Randomness(seed: seed)
            var table = HashTable<UInt32>()
            defer { table.release(in: engine) }
            var model: Set<UInt32> = []
            for step in 0..<3000 {
                let key = UInt32(random.below(160))
                let hash = hashing.hash(key)
                #expect(table.find(hash) { $0 == key } == (model.contains(key) ? key : nil))
                // Grows to its most, and then shrinks to nothing, again and again.
                if random.below(100) < (step / 500 % 2 == 0 ? 70 : 30) {
                    guard model.insert(key).inserted else { continue }
                    table.add(hash, key, in: engine)
                } else {
                    model.remove(key)
                    table.remove(hash) { $0 == key }
                }
                #expect(table.count == model.count)
                if step % 40 == 0 { expect(table, toHold: model, hashing) }
            }
        }
    }

    private func expect(_ table: HashTable<UInt32>, toHold model: Set<UInt32>, _ hashing: Hashing) {
        var found: [UInt32] = []
        table.forEach { found.append($0) }
        #expect(found.sorted() == model.sorted())
        for key in model { #expect(table.find(hashing.hash(key)) { $0 == key } == key) }
    }

    /// Five entries around the end of a table of 16, in every arrangement: whichever is removed, the
    /// others are still found.
    @Test func removalClosesTheGapAcrossTheEnd() throws {
        try withEngine { engine in
            let homes: [UInt32] = [13, 14, 15, 16]
            for arrangement in 0..<1024 {
                let hashes = (0..<5).map { homes[arrangement >> ($0 * 2) & 3] }
                for removed in 0..<5 {
                    var table = HashTable<Int>()
                    for key in 0..<5 {
                        table.add(hashes[key], key, in: engine)
                    }
                    table.remove(hashes[removed]) { $0 == removed }
                    let found = (0..<5).filter { key in table.find(hashes[key]) { $0 == key } != nil }
                    if found != (0..<5).filter({ $0 != removed }) {
                        Issue.record("\(hashes) without \(removed): found \(found)")
                    }
                    table.release(in: engine)
                }
            }
        }
    }

    @Test func anEmptyTableHoldsNothing() throws {
        try withEngine { engine in
            var table = HashTable<UInt32>()
            #expect(table.find(1) { _ in true } == nil)
            table.remove(1) { _ in true }
            table.forEach { _ in Issue.record("there is nothing") }
            #expect(table.count == 0)
            table.release(in: engine)
        }
    }

    @Test func removingWhatIsNotThereChangesNothing() throws {
        try withEngine { engine in
            var table = HashTable<UInt32>()
            defer { table.release(in: engine) }
            table.add(3, 30, in: engine)
            table.remove(3) { $0 == 31 }
            table.remove(4) { $0 == 30 }
            #expect(table.count == 1)
            #expect(table.find(3) { $0 == 30 } == 30)
        }
    }

    @Test func growthKeepsEveryEntryAndGivesBackTheOldTable() throws {
        try withEngine { engine in
            let held = engine.heldBytes
            var table = HashTable<UInt32>()
            for key in 0..<10_000 as Range<UInt32> {
                table.add(Hashing.spread.hash(key), key, in: engine)
            }
            let lost = (0..<10_000 as Range<UInt32>).filter { key in
                table.find(Hashing.spread.hash(key)) { $0 == key } == nil
            }
            #expect(lost == [])
            // At most three quarters full, doubling from 16: 16,384 places of 8 bytes.
            #expect(engine.heldBytes - held == 16_384 * 8)
            table.release(in: engine)
            #expect(engine.heldBytes == held)
            #expect(table.count == 0)
        }
    }

    /// From 4 MiB on a table is mapped, and not the allocator's: 524,288 places.
    @Test func growthIntoAMappedTableKeepsEveryEntry() throws {
        try withEngine { engine in
            let held = engine.heldBytes
            var table = HashTable<UInt32>()
            for key in 0..<200_000 as Range<UInt32> { table.add(Hashing.spread.hash(key), key, in: engine) }
            #expect(engine.heldBytes - held == 4 << 20)
            let lost = (0..<200_000 as Range<UInt32>).filter { key in
                table.find(Hashing.spread.hash(key)) { $0 == key } == nil
            }
            #expect(lost == [])
            table.release(in: engine)
            #expect(engine.heldBytes == held)
        }
    }

    @Test func withoutMemoryItStaysAsItWas() throws {
        try withEngine { engine in
            var table = HashTable<UInt32>()
            defer { table.release(in: engine) }
            engine.withoutMemory { table.expectNoRoom(in: engine) }
            for key in 0..<12 as Range<UInt32> {
                table.add(key, key, in: engine)
            }
            engine.withoutMemory { table.expectNoRoom(in: engine) }
            for key in 0..<12 as Range<UInt32> { #expect(table.find(key) { $0 == key } == key) }
            #expect(table.count == 12)
            table.add(12, 12, in: engine)
            #expect(table.find(12) { $0 == 12 } == 12)
        }
    }
}

extension HashTable {
    /// Inserts, with room made as it should be.
    fileprivate mutating func add(_ hash: UInt32, _ value: Value, in engine: Engine) {
        let hasRoom = reserve(in: engine)
        #expect(hasRoom)
        insert(hash, value)
    }

    fileprivate mutating func expectNoRoom(in engine: Engine) {
        let hasRoom = reserve(in: engine)
        #expect(!hasRoom)
    }
}
