import CBackstage
import CLibev
import Synchronization

/// The pool of blocks that users hold, on any thread, perhaps longer than the engine lives.
package typealias SharedBlocks = UnsafeMutablePointer<SharedBlockPool>

package struct SharedBlockPool: ~Copyable {
    /// The engine's reference, and one for each block in use.
    let references: Atomic<Int>
    /// All memory of the engine, this pool's and its own.
    let heldBytes: Atomic<Int>
    let heldBytesMax: Int
    let store: UnsafeMutablePointer<BlockStore>
}

/// The free blocks. Apart from the counts, so that these can be read without the mutex.
struct BlockStore {
    var mutex = pthread_mutex_t()
    // Below: only with the mutex held.
    var cachedBytes = 0
    var isOrphan = false
    let free: UnsafeMutablePointer<Block?>
}

extension SharedBlocks {
    /// All in one piece: counts, store, and the heads of its lists.
    static func create(heldBytesMax: Int) -> SharedBlocks? {
        let storeOffset = 64
        let listsOffset = storeOffset + (MemoryLayout<BlockStore>.size + 63) & ~63
        guard let memory = calloc(1, listsOffset + blockClasses * MemoryLayout<Block?>.stride) else {
            return nil
        }
        let store = (memory + storeOffset).assumingMemoryBound(to: BlockStore.self)
        store.initialize(to: BlockStore(free: (memory + listsOffset).assumingMemoryBound(to: Block?.self)))
        pthread_mutex_init(&store.pointee.mutex, nil)
        let pool = memory.assumingMemoryBound(to: SharedBlockPool.self)
        pool.initialize(
            to: SharedBlockPool(
                references: Atomic(1), heldBytes: Atomic(0), heldBytesMax: heldBytesMax, store: store))
        return pool
    }

    private var store: UnsafeMutablePointer<BlockStore> { pointee.store }

    /// Counts memory about to be taken; false if that would exceed the limit.
    func reserve(_ bytes: Int) -> Bool {
        let held = pointee.heldBytes.wrappingAdd(bytes, ordering: .relaxed).newValue
        if held <= pointee.heldBytesMax { return true }
        unreserve(bytes)
        return false
    }

    func unreserve(_ bytes: Int) {
        pointee.heldBytes.wrappingSubtract(bytes, ordering: .relaxed)
    }

    /// A block of `size` bytes with one reference, or nil without memory. Any thread.
    func make(_ size: Int) -> Block? {
        let sizeClass = blockClass(blockHeaderBytes + size)
        guard let memory = makeMemory(sizeClass) else { return nil }
        return Block.lay(in: memory, size: size, sizeClass: sizeClass, shared: self)
    }

    /// A block around memory of the caller's.
    func wrap(
        _ bytes: UnsafeMutableRawPointer, _ size: Int, free: backstage_free_callback?,
        state: UnsafeMutableRawPointer?
    ) -> Block? {
        let sizeClass = blockClass(blockHeaderBytes)
        guard let memory = makeMemory(sizeClass) else { return nil }
        return Block.lay(
            in: memory, size: size, sizeClass: sizeClass, shared: self, wrapping: bytes, free: free,
            freeState: state)
    }

    private func makeMemory(_ sizeClass: Int) -> UnsafeMutableRawPointer? {
        let memory = takeFree(sizeClass) ?? allocate(blockBytes(sizeClass))
        if memory != nil { pointee.references.wrappingAdd(1, ordering: .relaxed) }
        return memory
    }

    /// The memory of a free block, if there is one.
    func takeFree(_ sizeClass: Int) -> UnsafeMutableRawPointer? {
        let list = store.pointee.free + sizeClass
        pthread_mutex_lock(&store.pointee.mutex)
        let block = list.pointee
        if let block {
            list.pointee = block.pointee.next
            store.pointee.cachedBytes -= blockBytes(sizeClass)
        }
        pthread_mutex_unlock(&store.pointee.mutex)
        return block.map { UnsafeMutableRawPointer($0) }
    }

    private func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
        if let memory = tryAllocate(bytes) { return memory }
        releaseFree()
        return tryAllocate(bytes)
    }

    private func tryAllocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
        guard reserve(bytes) else { return nil }
        var memory: UnsafeMutableRawPointer?
        if posix_memalign(&memory, 64, bytes) == 0 { return memory }
        unreserve(bytes)
        return nil
    }

    /// Lets any thread hold a block that was the engine's own.
    func adopt(_ block: Block) {
        block.pointee.shared = self
        pointee.references.wrappingAdd(1, ordering: .relaxed)
    }

    /// Takes a block back that nobody refers to any more: any thread.
    func take(back block: Block) {
        if let free = block.pointee.free {
            let outer = clibev_current()
            clibev_set_current(observing)
            free(block.pointee.bytes, block.pointee.size, block.pointee.freeState)
            clibev_set_current(outer)
        }
        let sizeClass = Int(block.pointee.sizeClass)
        let bytes = blockBytes(sizeClass)
        let list = store.pointee.free + sizeClass
        pthread_mutex_lock(&store.pointee.mutex)
        let keeps =
            !store.pointee.isOrphan
            && (store.pointee.cachedBytes + bytes <= cachedBlockBytesMax || list.pointee == nil)
        if keeps {
            store.pointee.cachedBytes += bytes
            block.pointee.next = list.pointee
            list.pointee = block
        }
        pthread_mutex_unlock(&store.pointee.mutex)
        if !keeps {
            unreserve(bytes)
            CLibev.free(block)
        }
        release()
    }

    func releaseFree() {
        pthread_mutex_lock(&store.pointee.mutex)
        for sizeClass in 0..<blockClasses {
            let list = store.pointee.free + sizeClass
            while let block = list.pointee {
                list.pointee = block.pointee.next
                unreserve(blockBytes(sizeClass))
                CLibev.free(block)
            }
        }
        store.pointee.cachedBytes = 0
        pthread_mutex_unlock(&store.pointee.mutex)
    }

    /// The engine ends: from now on blocks are freed as they come back, and the last one frees this.
    func orphan() {
        pthread_mutex_lock(&store.pointee.mutex)
        store.pointee.isOrphan = true
        pthread_mutex_unlock(&store.pointee.mutex)
        releaseFree()
        release()
    }

    private func release() {
        guard pointee.references.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 else {
            return
        }
        pthread_mutex_destroy(&store.pointee.mutex)
        CLibev.free(self)
    }
}
