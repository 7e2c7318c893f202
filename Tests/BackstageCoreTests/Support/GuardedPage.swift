import Glibc
import Testing

/// A page between two that must not be touched: reading or writing beyond its ends is a fault.
final class GuardedPage {
    static let size = sysconf(Int32(_SC_PAGESIZE))
    let start: UnsafeMutableRawPointer
    var end: UnsafeMutableRawPointer { start + Self.size }

    init() throws {
        let memory = mmap(nil, 3 * Self.size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        start = try #require(memory) + Self.size
        try #require(mprotect(start, Self.size, PROT_READ | PROT_WRITE) == 0)
    }

    deinit { munmap(start - Self.size, 3 * Self.size) }

    /// Puts bytes up against the end.
    func putLast(_ bytes: [UInt8]) -> UnsafeMutableRawPointer {
        let place = end - bytes.count
        place.copyMemory(from: bytes, byteCount: bytes.count)
        return place
    }

    /// Puts bytes and a NUL up against the end.
    func putLast(terminated bytes: [UInt8]) -> UnsafePointer<UInt8> {
        UnsafePointer(putLast(bytes + [0]).assumingMemoryBound(to: UInt8.self))
    }
}
