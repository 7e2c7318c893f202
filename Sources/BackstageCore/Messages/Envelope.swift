import CBackstage

/// A message as it lies in an inbox, and as its receiver sees it: one cache line.
package typealias Envelope = UnsafeMutablePointer<backstage_envelope>

/// Where a short payload lies in its envelope.
let inlineOffset = 32
/// The longest payload that travels in its envelope.
let inlineBytes = 32

/// Marks in `backstage_envelope.reserved`: what must be given back once the message is done with.
enum Carries {
    static let block: UInt16 = 1
    static let topic: UInt16 = 2
    /// To be set aside.
    static let stash: UInt16 = 4
    /// The payload is a native value: see Values.swift.
    static let value: UInt16 = 8
    /// The last of the inline words names the value's type.
    static let typed: UInt16 = 16
    /// The value lies inline, and has to be destroyed.
    static let owned: UInt16 = 32
}

extension Envelope {
    /// The place of a short payload.
    @inline(__always) var inlined: UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(self) + inlineOffset
    }

    /// The block that a long payload lies in. Its pointer takes the place of a short payload.
    @inline(__always) var block: Block {
        get { inlined.load(as: Block.self) }
        nonmutating set { inlined.storeBytes(of: newValue, as: Block.self) }
    }

    /// Units of 64 bytes that it carries in a block.
    var blockUnits: UInt32 { pointee.reserved & Carries.block == 0 ? 0 : block.pointee.units }

    /// The topic of a publication.
    @inline(__always) var topic: Topic {
        Topic(bitPattern: UInt(pointee.token)).unsafelyUnwrapped
    }

    /// Copies a message from elsewhere; a short payload moves with it.
    @inline(__always) func take(_ other: Envelope) {
        pointee = other.pointee
        if pointee.reserved & Carries.block == 0 { pointee.payload = UnsafeRawPointer(inlined) }
    }
}

/// Copies 0 to 32 bytes with at most four moves, and no call.
@inline(__always)
func copyShort(_ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer, _ size: Int) {
    if size > 16 {
        copyWords(target, source, size)
    } else if size >= 8 {
        let first = source.loadUnaligned(as: UInt64.self)
        let last = source.loadUnaligned(fromByteOffset: size - 8, as: UInt64.self)
        target.storeBytes(of: first, as: UInt64.self)
        target.storeBytes(of: last, toByteOffset: size - 8, as: UInt64.self)
    } else if size >= 4 {
        let first = source.loadUnaligned(as: UInt32.self)
        let last = source.loadUnaligned(fromByteOffset: size - 4, as: UInt32.self)
        target.storeBytes(of: first, as: UInt32.self)
        target.storeBytes(of: last, toByteOffset: size - 4, as: UInt32.self)
    } else {
        for i in 0..<size {
            target.storeBytes(
                of: source.load(fromByteOffset: i, as: UInt8.self), toByteOffset: i, as: UInt8.self)
        }
    }
}

/// Copies 17 to 32 bytes word by word: the sender has probably just written words, and a wider load
/// would wait until they have reached the cache.
@inline(__always)
private func copyWords(_ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer, _ size: Int) {
    let first = source.loadUnaligned(as: UInt64.self)
    target.storeBytes(of: first, as: UInt64.self)
    let second = source.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    target.storeBytes(of: second, toByteOffset: 8, as: UInt64.self)
    let third = source.loadUnaligned(fromByteOffset: size - 16, as: UInt64.self)
    target.storeBytes(of: third, toByteOffset: size - 16, as: UInt64.self)
    let last = source.loadUnaligned(fromByteOffset: size - 8, as: UInt64.self)
    target.storeBytes(of: last, toByteOffset: size - 8, as: UInt64.self)
}
