import Testing

@testable import BackstageCore

/// A name of bytes without a NUL, for as long as `body` takes.
func withName<Result>(_ bytes: [UInt8], seed: UInt64 = 0, _ body: (Name?) throws -> Result) rethrows -> Result
{
    try (bytes + [0]).withUnsafeBytes { text in
        try body(Name(text.baseAddress!.assumingMemoryBound(to: CChar.self), seed: seed))
    }
}

struct NameTests {
    @Test func has1To255Bytes() {
        for length in 0...300 {
            let bytes = [UInt8](repeating: 0x61, count: length)
            let found = withName(bytes) { $0?.length }
            #expect(found == ((1...255).contains(length) ? length : nil))
        }
        #expect(Name(nil, seed: 0) == nil)
    }

    /// Nothing beyond the NUL is read, nor beyond 256 bytes of what has none. A longer read is a fault.
    @Test func readsNothingBeyondItsEnd() throws {
        let page = try GuardedPage()
        for length in 1...255 {
            let bytes = (0..<length).map { UInt8($0 % 255 + 1) }
            let text = page.putLast(terminated: bytes)
            let name = Name(UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self), seed: 1)
            #expect(name?.length == length)
            #expect(name?.hash == withName(bytes, seed: 1) { $0?.hash })
            #expect(name?.isEqual(to: text) == true)
        }
        let endless = page.putLast([UInt8](repeating: 1, count: 256))
        #expect(Name(endless.assumingMemoryBound(to: CChar.self), seed: 1) == nil)
    }

    /// The other name, too, may lie up against the end of what can be read.
    @Test func comparesNoFurtherThanTheShorterOne() throws {
        let page = try GuardedPage()
        for length in 1...64 {
            let bytes = [UInt8](repeating: 0x62, count: length)
            let text = page.putLast(terminated: bytes)
            #expect(withName(bytes) { $0?.isEqual(to: text) } == true)
            #expect(withName(bytes + [0x62]) { $0?.isEqual(to: text) } == false)
            #expect(withName(bytes + [0x62, 0x63]) { $0?.isEqual(to: text) } == false)
            if length > 1 { #expect(withName(Array(bytes.dropLast())) { $0?.isEqual(to: text) } == false) }
            #expect(withName(bytes.dropLast() + [0x63]) { $0?.isEqual(to: text) } == false)
        }
    }

    @Test func bytesAbove127AreBytesLikeOthers() {
        let bytes: [UInt8] = [0xFF, 0x80, 0x01, 0xFE]
        (bytes + [0]).withUnsafeBufferPointer { text in
            #expect(withName(bytes) { $0?.isEqual(to: text.baseAddress!) } == true)
            #expect(withName([0xFF, 0x80, 0x01, 0x7E]) { $0?.isEqual(to: text.baseAddress!) } == false)
        }
    }

    @Test(arguments: 1...255)
    func aCopyIsTheSameName(_ length: Int) throws {
        try withEngine { engine in
            let bytes = (0..<length).map { UInt8($0 % 255 + 1) }
            try withName(bytes) { name in
                let name = try #require(name)
                let copy = try #require(engine.copy(name))
                #expect(name.isEqual(to: copy))
                #expect(engine.hash(of: copy) == name.hash)
                // What is destroyed is used again: its size was told rightly.
                engine.destroyName(copy)
                #expect(engine.makeObject(length + 1) == UnsafeMutableRawPointer(copy))
            }
        }
    }
}
