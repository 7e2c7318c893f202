import CBackstage
import CLibev
import Synchronization

/// A payload too long for an envelope, or one that its user holds: counted by reference, and shared
/// by all messages that carry it. This header comes first, the bytes after it.
package typealias Block = UnsafeMutablePointer<BlockHeader>

package struct BlockHeader: ~Copyable {
    /// Counted plainly while only the engine's thread can hold the block (`shared` is nil).
    let references: Atomic<Int>
    /// The pool of a block that any thread may hold.
    var shared: SharedBlocks?
    package var bytes: UnsafeMutableRawPointer
    package var size: Int
    /// For wrapped memory: how it is freed. For a native value: how it is destroyed, and its type.
    var free: backstage_free_callback?
    var freeState: UnsafeMutableRawPointer?
    var next: Block?
    let sizeClass: UInt32
    /// What the block holds of memory, or holds on to, in units of 64 bytes.
    let units: UInt32
}

let blockHeaderBytes = 64

// Size classes: 64 bytes apart up to 1 KiB, then 8 to a doubling, so that at most an eighth is lost.

let blockClasses = 16 + 22 * 8 + 1

@inline(__always)
func blockClass(_ bytes: Int) -> Int {
    if bytes <= 1024 { return (bytes + 63) >> 6 }
    let doubling = Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount
    let eighth = (bytes - 1) >> (doubling - 3) & 7
    return 17 + (doubling - 10) * 8 + eighth
}

func blockBytes(_ sizeClass: Int) -> Int {
    if sizeClass <= 16 { return sizeClass * 64 }
    let doubling = (sizeClass - 17) / 8 + 10
    let eighth = (sizeClass - 17) % 8
    return (9 + eighth) << (doubling - 3)
}

/// Free blocks are kept up to this much, or one block of each size if that is more.
let cachedBlockBytesMax = 64 << 20

extension Block {
    /// Lays a block out in fresh memory, or in that of a free one. Its bytes follow it unless wrapped.
    static func lay(
        in memory: UnsafeMutableRawPointer, size: Int, sizeClass: Int, shared: SharedBlocks?,
        wrapping: UnsafeMutableRawPointer? = nil, free: backstage_free_callback? = nil,
        freeState: UnsafeMutableRawPointer? = nil
    ) -> Block {
        let block = memory.assumingMemoryBound(to: BlockHeader.self)
        let held = wrapping == nil ? blockBytes(sizeClass) : size
        block.initialize(
            to: BlockHeader(
                references: Atomic(1), shared: shared, bytes: wrapping ?? memory + blockHeaderBytes,
                size: size, free: free, freeState: freeState, next: nil,
                sizeClass: UInt32(truncatingIfNeeded: sizeClass),
                units: UInt32(truncatingIfNeeded: (held + 63) / 64)))
        return block
    }

    package func retain(_ count: Int = 1) {
        if pointee.shared == nil {
            pointee.references.store(pointee.references.load(ordering: .relaxed) + count, ordering: .relaxed)
        } else {
            pointee.references.wrappingAdd(count, ordering: .relaxed)
        }
    }

    /// Takes a reference away; whether it was the last.
    @inline(__always) func drop() -> Bool {
        if pointee.shared == nil {
            let left = pointee.references.load(ordering: .relaxed) &- 1
            pointee.references.store(left, ordering: .relaxed)
            return left == 0
        }
        return pointee.references.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0
    }

    /// Releases a block that is the user's to release: any thread.
    package func releaseShared() {
        if drop() { pointee.shared.unsafelyUnwrapped.take(back: self) }
    }
}

extension Engine {
    /// A block for the engine's own use, with one reference.
    @inline(__always)
    func makeBlock(_ size: Int) -> Block? {
        let sizeClass = blockClass(blockHeaderBytes + size)
        let list = pointee.freeBlocks + sizeClass
        guard let block = list.pointee else { return makeNewBlock(size, sizeClass) }
        list.pointee = block.pointee.next
        pointee.cachedBlockUnits &-= Int(block.pointee.units)
        block.pointee.references.store(1, ordering: .relaxed)
        block.pointee.size = size
        return block
    }

    @inline(never)
    private func makeNewBlock(_ size: Int, _ sizeClass: Int) -> Block? {
        // Blocks that users kept come back to the shared pool.
        guard let memory = pointee.sharedBlocks.takeFree(sizeClass) ?? allocate(blockBytes(sizeClass)) else {
            return nil
        }
        return Block.lay(in: memory, size: size, sizeClass: sizeClass, shared: nil)
    }

    @inline(__always) func release(_ block: Block) {
        let isPlain = block.pointee.shared == nil && block.pointee.free == nil
        if _slowPath(!isPlain) { return releaseSpecial(block) }
        if block.drop() { keep(block) }
    }

    /// The same for one that others may hold, or that holds a native value.
    @inline(never)
    private func releaseSpecial(_ block: Block) {
        if !block.drop() { return }
        if let shared = block.pointee.shared { return shared.take(back: block) }
        destroyValue(in: block)
        keep(block)
    }

    /// Keeps a block for the next payload of its size, unless enough are kept.
    @inline(__always)
    private func keep(_ block: Block) {
        let list = pointee.freeBlocks + Int(block.pointee.sizeClass)
        let units = pointee.cachedBlockUnits &+ Int(block.pointee.units)
        if units > cachedBlockBytesMax / 64, list.pointee != nil {
            return deallocate(UnsafeMutableRawPointer(block), Int(block.pointee.units) * 64)
        }
        pointee.cachedBlockUnits = units
        block.pointee.next = list.pointee
        list.pointee = block
    }

    func releaseFreeBlocks() {
        for sizeClass in 0..<blockClasses {
            let list = pointee.freeBlocks + sizeClass
            while let block = list.pointee {
                list.pointee = block.pointee.next
                deallocate(UnsafeMutableRawPointer(block), blockBytes(sizeClass))
            }
        }
        pointee.cachedBlockUnits = 0
        pointee.sharedBlocks.releaseFree()
    }

    /// A block for a user, or nil without memory: any thread. On the engine's own, what its pools hold
    /// is given up for it.
    package func makePayload(_ size: Int) -> Block? {
        if let block = pointee.sharedBlocks.make(size) { return block }
        guard isHere else { return nil }
        releaseCaches()
        return pointee.sharedBlocks.make(size)
    }

    package func wrapPayload(
        _ bytes: UnsafeMutableRawPointer, _ size: Int, free: @escaping backstage_free_callback,
        state: UnsafeMutableRawPointer?
    ) -> Block? {
        if let block = pointee.sharedBlocks.wrap(bytes, size, free: free, state: state) { return block }
        guard isHere else { return nil }
        releaseCaches()
        return pointee.sharedBlocks.wrap(bytes, size, free: free, state: state)
    }

    package var payloadBytesMax: Int { pointee.payloadBytesMax }

    /// Keeps the payload of the envelope in hand: `block` is the caller's to release.
    package func keepPayload(of message: UnsafePointer<backstage_envelope>) -> Block? {
        let envelope = Envelope(mutating: message)
        guard envelope.pointee.reserved & Carries.block != 0 else {
            let size = Int(envelope.pointee.size)
            guard let block = makePayload(size) else { return nil }
            if size > 0 { memcpy(block.pointee.bytes, envelope.pointee.payload, size) }
            return block
        }
        let block = envelope.block
        if block.pointee.shared == nil { pointee.sharedBlocks.adopt(block) }
        block.retain()
        return block
    }
}
