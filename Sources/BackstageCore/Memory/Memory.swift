import CLibev
import Synchronization

// All memory of an engine comes through here: counted, limited, and never a trap when it runs out.

/// Small objects and rings are cut from chunks of this size, which stay until the engine ends.
private let chunkBytes = 65_536
private let chunkHeader = 64

/// Chunks that objects are cut from, one after the other.
struct Arena {
    var next: UnsafeMutableRawPointer?
    var left = 0
    /// Each chunk begins with a pointer to the one before.
    var chunks: UnsafeMutableRawPointer?
}

/// Objects of up to this size are pooled, in classes 16 bytes apart.
private let objectBytesMax = 512
let objectClasses = objectBytesMax / 16 + 1

extension Engine {
    /// Memory aligned to 64 bytes, or nil.
    func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
        if let memory = tryAllocate(bytes) { return memory }
        releaseCaches()
        return tryAllocate(bytes)
    }

    private func tryAllocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
        guard pointee.sharedBlocks.reserve(bytes) else { return nil }
        var memory: UnsafeMutableRawPointer?
        if posix_memalign(&memory, 64, bytes) == 0 { return memory }
        pointee.sharedBlocks.unreserve(bytes)
        return nil
    }

    func deallocate(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
        pointee.sharedBlocks.unreserve(bytes)
        free(memory)
    }

    /// What the engine holds now, in pools or in use.
    var heldBytes: Int { pointee.sharedBlocks.pointee.heldBytes.load(ordering: .relaxed) }

    /// Gives back to the allocator what pools hold in pieces of their own.
    func releaseCaches() {
        releaseFreeBlocks()
        releaseFreeRings()
    }

    /// Room for one `Object`, not initialized; nil without memory. Kept by the pool when given back.
    func make<Object>(_ type: Object.Type) -> UnsafeMutablePointer<Object>? {
        makeObject(MemoryLayout<Object>.size)?.assumingMemoryBound(to: type)
    }

    func destroy<Object>(_ object: UnsafeMutablePointer<Object>) {
        destroyObject(UnsafeMutableRawPointer(object), MemoryLayout<Object>.size)
    }

    func makeObject(_ bytes: Int) -> UnsafeMutableRawPointer? {
        let size = (bytes + 15) & ~15
        assert(size <= objectBytesMax)
        let list = pointee.freeObjects + size / 16
        if let object = list.pointee {
            list.pointee = object.load(as: UnsafeMutableRawPointer?.self)
            return object
        }
        if pointee.objectArena.left < size {
            guard let chunk = newChunk(after: pointee.objectArena.chunks) else { return nil }
            pointee.objectArena = chunk
        }
        return pointee.objectArena.cut(size)
    }

    func destroyObject(_ object: UnsafeMutableRawPointer, _ bytes: Int) {
        let list = pointee.freeObjects + (bytes + 15) / 16
        object.storeBytes(of: list.pointee, as: UnsafeMutableRawPointer?.self)
        list.pointee = object
    }

    func newChunk(after chunks: UnsafeMutableRawPointer?) -> Arena? {
        guard let chunk = allocate(chunkBytes) else { return nil }
        chunk.storeBytes(of: chunks, as: UnsafeMutableRawPointer?.self)
        return Arena(next: chunk + chunkHeader, left: chunkBytes - chunkHeader, chunks: chunk)
    }

    func releaseChunks(_ arena: Arena) {
        var chunk = arena.chunks
        while let this = chunk {
            chunk = this.load(as: UnsafeMutableRawPointer?.self)
            deallocate(this, chunkBytes)
        }
    }
}

extension Arena {
    mutating func cut(_ bytes: Int) -> UnsafeMutableRawPointer {
        let piece = next.unsafelyUnwrapped
        next = piece + bytes
        left -= bytes
        return piece
    }
}

/// Hash tables of this size and more are mapped, in large pages if the system has them: each access is
/// in another page, and to find that costs more than the access.
private let mappedBytesMin = 4 << 20

extension Engine {
    /// Memory for a hash table, all zeros; or nil.
    func allocateTable(_ bytes: Int) -> UnsafeMutableRawPointer? {
        if bytes < mappedBytesMin {
            guard let memory = allocate(bytes) else { return nil }
            return memset(memory, 0, bytes)
        }
        if let memory = mapTable(bytes) { return memory }
        releaseCaches()
        return mapTable(bytes)
    }

    private func mapTable(_ bytes: Int) -> UnsafeMutableRawPointer? {
        guard pointee.sharedBlocks.reserve(bytes) else { return nil }
        let table = Reservation(bytes: bytes)
        if let table, table.commit(from: 0, to: bytes) {
            clibev_prefer_large_pages(table.base, bytes)
            return table.base
        }
        table?.release()
        pointee.sharedBlocks.unreserve(bytes)
        return nil
    }

    func deallocateTable(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
        if bytes < mappedBytesMin { return deallocate(memory, bytes) }
        pointee.sharedBlocks.unreserve(bytes)
        Reservation(base: memory, bytes: bytes).release()
    }
}

/// Address space for a table that grows without moving. Its entries are zero at first.
struct Reservation {
    var base: UnsafeMutableRawPointer
    var bytes: Int
}

extension Reservation {
    init?(bytes: Int) {
        guard let base = clibev_reserve(bytes) else { return nil }
        self.init(base: base, bytes: bytes)
    }

    /// Makes a part usable, from page to page; false without memory.
    func commit(from: Int, to: Int) -> Bool {
        mprotect(base + from, min(to, bytes) - from, PROT_READ | PROT_WRITE) == 0
    }

    func release() { munmap(base, bytes) }
}
