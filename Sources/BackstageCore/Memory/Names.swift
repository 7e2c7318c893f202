import CBackstage
import CLibev

/// An id, kind or topic as it came in: bytes up to a NUL, with their hash. Borrowed.
package struct Name {
    let bytes: UnsafeRawPointer
    let length: Int
    let hash: UInt32
}

extension Name {
    /// Nil unless it has 1 to 255 bytes.
    @inline(__always)
    init?(_ text: UnsafePointer<CChar>?, seed: UInt64) {
        guard let text else { return nil }
        let length = strnlen(text, Int(BACKSTAGE_ID_BYTES_MAX) + 1)
        guard length > 0, length <= Int(BACKSTAGE_ID_BYTES_MAX) else { return nil }
        self.init(bytes: UnsafeRawPointer(text), length: length, seed: seed)
    }

    @inline(__always)
    init(bytes: UnsafeRawPointer, length: Int, seed: UInt64) {
        self.bytes = bytes
        self.length = length
        hash = Self.hash(bytes, length, seed)
    }

    /// Whether another, NUL-terminated, has the same bytes.
    @inline(__always)
    func isEqual(to other: UnsafePointer<UInt8>) -> Bool {
        strncmp(
            bytes.assumingMemoryBound(to: CChar.self),
            UnsafeRawPointer(other).assumingMemoryBound(to: CChar.self), length) == 0 && other[length] == 0
    }

    /// Folds 16 bytes a step by a full multiplication, as the fast keyed hashes do. Names that differ only
    /// in the last two bits, as numbered ones do, get neighbouring places in a table: who goes through
    /// many of them finds most in the cache.
    @inline(__always)
    private static func hash(_ bytes: UnsafeRawPointer, _ length: Int, _ seed: UInt64) -> UInt32 {
        let end = length - 1
        let last = UInt64(bytes.load(fromByteOffset: end, as: UInt8.self))
        var state = seed ^ (UInt64(length) << 6 | last >> 2) &* 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while end - offset > 16 {
            state = mix(
                state ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
                0xD6E8_FEB8_6659_FD93 ^ bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
            offset += 16
        }
        let (head, tail) = ends(bytes + offset, end - offset)
        state = mix(state ^ head, 0xA076_1D64_78BD_642F ^ tail)
        return UInt32(truncatingIfNeeded: state ^ state >> 32 ^ last & 3)
    }

    @inline(__always)
    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    /// Up to 16 bytes as two words, which may overlap.
    @inline(__always)
    private static func ends(_ bytes: UnsafeRawPointer, _ length: Int) -> (UInt64, UInt64) {
        if length >= 8 {
            return (
                bytes.loadUnaligned(as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self)
            )
        }
        if length >= 4 {
            return (
                UInt64(bytes.loadUnaligned(as: UInt32.self)),
                UInt64(bytes.loadUnaligned(fromByteOffset: length - 4, as: UInt32.self))
            )
        }
        if length == 0 { return (0, 0) }
        let first = UInt64(bytes.load(as: UInt8.self))
        let middle = UInt64(bytes.load(fromByteOffset: length / 2, as: UInt8.self))
        let last = UInt64(bytes.load(fromByteOffset: length - 1, as: UInt8.self))
        return (first | middle << 8, last)
    }
}

extension Engine {
    @inline(__always)
    package func name(_ text: UnsafePointer<CChar>?) -> Name? { Name(text, seed: pointee.seed) }

    /// A NUL-terminated copy of a name; nil without memory.
    func copy(_ name: Name) -> UnsafeMutablePointer<UInt8>? {
        guard let memory = makeObject(name.length + 1) else { return nil }
        if name.length <= inlineBytes {
            copyShort(memory, name.bytes, name.length)
        } else {
            memcpy(memory, name.bytes, name.length)
        }
        memory.storeBytes(of: 0, toByteOffset: name.length, as: UInt8.self)
        return memory.assumingMemoryBound(to: UInt8.self)
    }

    func destroyName(_ name: UnsafeMutablePointer<UInt8>) {
        destroyObject(UnsafeMutableRawPointer(name), strlen(name) + 1)
    }

    func hash(of name: UnsafeMutablePointer<UInt8>) -> UInt32 {
        Name(bytes: name, length: strlen(name), seed: pointee.seed).hash
    }

    /// The living or ending actor with an id.
    @inline(__always)
    package func actor(named name: Name) -> Actor? {
        let index = pointee.registry.find(name.hash) { index in
            name.isEqual(to: (pointee.details + Int(index)).pointee.id.unsafelyUnwrapped)
        }
        guard let index else { return nil }
        return pointee.actors + Int(index)
    }
}
