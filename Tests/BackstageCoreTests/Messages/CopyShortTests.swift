import Glibc
import Testing

@testable import BackstageCore

struct CopyShortTests {
    private static let guardByte: UInt8 = 0xA5

    /// Each size, from any alignment to any: nothing but the bytes asked for is written.
    @Test(arguments: 0...32)
    func copiesNeitherLessNorMore(_ size: Int) {
        let source = (0..<64).map { UInt8($0 + 1) }
        for from in 0..<16 {
            for to in 0..<16 {
                var target = [UInt8](repeating: Self.guardByte, count: 96)
                target.withUnsafeMutableBytes { target in
                    source.withUnsafeBytes { source in
                        copyShort(target.baseAddress! + 32 + to, source.baseAddress! + from, size)
                    }
                }
                var expected = [UInt8](repeating: Self.guardByte, count: 96)
                expected.replaceSubrange(32 + to..<32 + to + size, with: source[from..<from + size])
                if target != expected { Issue.record("from \(from) to \(to): \(target)") }
            }
        }
    }

    /// The bytes lie against either end of what may be touched, at both ends of the copy.
    @Test(arguments: 0...32)
    func touchesNothingBesideTheBytes(_ size: Int) throws {
        let source = try GuardedPage()
        let target = try GuardedPage()
        let bytes = (0..<size).map { UInt8($0 + 1) }
        let last = source.putLast(bytes)
        source.start.copyMemory(from: bytes, byteCount: size)
        for from in [source.start, last] {
            for to in [target.start, target.end - size] {
                memset(target.start, Int32(Self.guardByte), GuardedPage.size)
                copyShort(to, from, size)
                #expect([UInt8](UnsafeRawBufferPointer(start: to, count: size)) == bytes)
                let page = UnsafeRawBufferPointer(start: target.start, count: GuardedPage.size)
                #expect(page.count { $0 == Self.guardByte } == GuardedPage.size - size)
            }
        }
    }
}
