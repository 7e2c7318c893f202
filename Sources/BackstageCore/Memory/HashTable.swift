import CLibev

/// A hash table with linear probing over plain memory. The caller hashes and compares; a value is
/// found by its hash and then by asking the caller, so keys lie wherever the values keep them.
struct HashTable<Value: BitwiseCopyable> {
    private struct Entry {
        /// 0: free.
        var hash: UInt32
        var value: Value
    }

    private var entries: UnsafeMutablePointer<Entry>?
    private var mask = 0
    private(set) var count = 0

    init() {}

    /// No hash is 0, so that 0 can mark a free entry.
    @inline(__always) private static func mark(_ hash: UInt32) -> UInt32 { hash == 0 ? 1 : hash }

    @inline(__always)
    func find(_ hash: UInt32, where matches: (Value) -> Bool) -> Value? {
        guard let entries else { return nil }
        let mark = Self.mark(hash)
        var place = Int(mark) & mask
        while entries[place].hash != 0 {
            if entries[place].hash == mark, matches(entries[place].value) { return entries[place].value }
            place = (place &+ 1) & mask
        }
        return nil
    }

    /// Makes sure that the next insertion cannot fail.
    @inline(__always)
    mutating func reserve(in engine: Engine) -> Bool {
        entries != nil && (count &+ 1) &* 4 <= (mask &+ 1) &* 3 || grow(in: engine)
    }

    @inline(never)
    private mutating func grow(in engine: Engine) -> Bool {
        let size = entries == nil ? 16 : (mask + 1) * 2
        let bytes = size * MemoryLayout<Entry>.stride
        guard let memory = engine.allocateTable(bytes) else { return false }
        let old = self
        entries = memory.assumingMemoryBound(to: Entry.self)
        mask = size - 1
        guard let oldEntries = old.entries else { return true }
        for place in 0...old.mask where oldEntries[place].hash != 0 { settle(oldEntries[place]) }
        engine.deallocateTable(
            UnsafeMutableRawPointer(oldEntries), (old.mask + 1) * MemoryLayout<Entry>.stride)
        return true
    }

    /// Inserts what is not yet there. `reserve` has been called since the last insertion.
    mutating func insert(_ hash: UInt32, _ value: Value) {
        settle(Entry(hash: Self.mark(hash), value: value))
        count += 1
    }

    private func settle(_ entry: Entry) {
        let entries = entries.unsafelyUnwrapped
        var place = Int(entry.hash) & mask
        while entries[place].hash != 0 { place = (place &+ 1) & mask }
        entries[place] = entry
    }

    /// Removes what is there. Those that had to make way for it move back.
    mutating func remove(_ hash: UInt32, where matches: (Value) -> Bool) {
        guard let entries else { return }
        let mark = Self.mark(hash)
        var hole = Int(mark) & mask
        while entries[hole].hash != mark || !matches(entries[hole].value) {
            if entries[hole].hash == 0 { return }
            hole = (hole &+ 1) & mask
        }
        var place = hole
        while true {
            place = (place &+ 1) & mask
            if entries[place].hash == 0 { break }
            let home = Int(entries[place].hash) & mask
            if (place &- home) & mask >= (place &- hole) & mask {
                entries[hole] = entries[place]
                hole = place
            }
        }
        entries[hole].hash = 0
        count -= 1
    }

    /// Calls back for every value. The table must not change meanwhile.
    func forEach(_ body: (Value) -> Void) {
        guard let entries else { return }
        for place in 0...mask where entries[place].hash != 0 { body(entries[place].value) }
    }

    mutating func release(in engine: Engine) {
        guard let entries else { return }
        engine.deallocateTable(UnsafeMutableRawPointer(entries), (mask + 1) * MemoryLayout<Entry>.stride)
        self = HashTable()
    }
}
