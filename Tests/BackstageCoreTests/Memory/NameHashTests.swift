import Testing

@testable import BackstageCore

struct NameHashTests {
    private func hash(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt32? {
        withName(bytes, seed: seed) { $0?.hash }
    }

    /// The same bytes at any alignment, among other bytes before and after.
    @Test func equalBytesHaveEqualHashes() {
        var random = Randomness(seed: 1)
        for length in 1...255 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 1...255, using: &random) }
            let expected = hash(bytes)
            for offset in 0..<16 {
                let around = random.bytes(offset) + bytes + [0] + random.bytes(16)
                let found = around.withUnsafeBytes { text in
                    Name((text.baseAddress! + offset).assumingMemoryBound(to: CChar.self), seed: 0)?.hash
                }
                #expect(found == expected)
            }
        }
    }

    /// Names that differ in the last two bits alone lie in the same four places.
    @Test func numberedNamesAreNeighbours() throws {
        var random = Randomness(seed: 2)
        for length in 1...255 {
            let stem = (1..<length).map { _ in UInt8.random(in: 1...255, using: &random) }
            let hashes = try (0x34...0x37).map { try #require(hash(stem + [$0])) }
            #expect(Set(hashes).count == 4)
            #expect(Set(hashes.map { $0 >> 2 }).count == 1)
        }
    }

    /// Changing any one bit of a name of any length changes the hash.
    @Test(arguments: [0, 0xDEAD_BEEF] as [UInt64])
    func everyBitCounts(_ seed: UInt64) {
        var unchanged: [String] = []
        for length in 1...255 {
            let bytes = (0..<length).map { UInt8($0 % 26 + 0x61) }
            let before = hash(bytes, seed: seed)
            for place in 0..<length {
                for bit in 0..<8 {
                    var other = bytes
                    other[place] ^= 1 << bit
                    if other[place] != 0, hash(other, seed: seed) == before {
                        unchanged.append("length \(length), byte \(place), bit \(bit)")
                    }
                }
            }
        }
        #expect(unchanged == [])
    }

    @Test func lengthCounts() {
        for byte in [0x01, 0x61, 0xFF] as [UInt8] {
            let hashes = (1...255).map { hash([UInt8](repeating: byte, count: $0)) }
            #expect(Set(hashes).count == 255)
        }
    }

    @Test func theSeedChangesEveryHash() {
        for number in 0..<1000 {
            let bytes = Array("actor-\(number)".utf8)
            #expect(Set((0..<8).map { hash(bytes, seed: $0) }).count == 8)
        }
    }

    /// Names that count up, as ids do, hardly ever share a hash, and fill a table evenly.
    @Test(arguments: ["%", "actor-%", "a-rather-long-prefix-of-an-id/%", "%-a-rather-long-end-of-an-id"])
    func namesThatCountUpSpread(_ pattern: String) {
        let halves = pattern.split(separator: "%", omittingEmptySubsequences: false)
        let hashes = (0..<65_536).map { hash(Array("\(halves[0])\($0)\(halves[1])".utf8))! }
        // By chance half a pair out of 65,536 would share 32 bits.
        #expect(Set(hashes).count >= 65_530)
        // By chance 63.2 % of the places of a table would be taken.
        #expect((40_000...42_900).contains(Set(hashes.map { $0 & 0xFFFF }).count))
    }
}
