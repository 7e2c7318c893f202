import CBackstage
import Testing

@testable import BackstageCore

struct BlockClassTests {
    /// The largest block there may be: a payload of the limit, and a name in front of it.
    private static let sizeMax = Int(BACKSTAGE_PAYLOAD_BYTES_MAX) + blockHeaderBytes + 256

    @Test func everySizeUpTo4MiBFitsItsClass() {
        var before = 0
        var wrong: [Int] = []
        for size in 0...4 << 20 {
            let sizeClass = blockClass(size)
            let bytes = blockBytes(sizeClass)
            let isWasteful = size > 1024 ? (bytes - size) * 8 > size : bytes - size > 63
            if bytes < size || isWasteful || sizeClass < before || sizeClass > before + 1 {
                wrong.append(size)
            }
            before = sizeClass
        }
        #expect(wrong == [])
    }

    /// A class ends where the next begins, all the way up.
    @Test func classesMeetWithoutAGap() {
        for sizeClass in 0..<blockClasses - 1 {
            let bytes = blockBytes(sizeClass)
            #expect(blockClass(bytes) == sizeClass)
            #expect(blockClass(bytes + 1) == sizeClass + 1)
            #expect(blockBytes(sizeClass + 1) > bytes)
        }
    }

    @Test func theLargestBlockHasAClass() {
        #expect(blockClass(Self.sizeMax) < blockClasses)
        #expect(blockBytes(blockClass(Self.sizeMax)) >= Self.sizeMax)
    }

    /// Sizes are counted in units of 64 bytes, in 32 bits.
    @Test func everyClassIsWholeUnits() {
        for sizeClass in 0..<blockClasses {
            #expect(blockBytes(sizeClass) % 64 == 0)
            #expect(blockBytes(sizeClass) / 64 <= Int(UInt32.max))
        }
    }

    @Test(arguments: 20...31)
    func powersOfTwoAndTheirNeighboursFit(_ exponent: Int) {
        for size in [(1 << exponent) - 1, 1 << exponent, (1 << exponent) + 1] where size <= Self.sizeMax {
            let bytes = blockBytes(blockClass(size))
            #expect(bytes >= size)
            #expect((bytes - size) * 8 <= size)
        }
        #expect(blockBytes(blockClass(1 << exponent)) == 1 << exponent)
    }
}
