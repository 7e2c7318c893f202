/// Not in the heap.
let noTimer = UInt32.max

/// What is to happen when: a heap with four children to a node, ordered by time, and by start for
/// equal times, so that a run can be replayed.
struct TimerHeap {
    private struct Entry {
        var deadline: UInt64
        var source: Source
    }

    private var entries: UnsafeMutablePointer<Entry>?
    private var room = 0
    private(set) var count = 0

    init() {}

    /// When the next is due; the end of time if none is.
    @inline(__always) var deadline: UInt64 {
        count == 0 ? .max : entries.unsafelyUnwrapped[0].deadline
    }

    @inline(__always) var first: Source { entries.unsafelyUnwrapped[0].source }

    /// Makes sure that the next insertion cannot fail.
    mutating func reserve(in engine: Engine) -> Bool {
        if count < room { return true }
        let newRoom = max(64, room * 2)
        guard let memory = engine.allocate(newRoom * MemoryLayout<Entry>.stride) else { return false }
        let larger = memory.assumingMemoryBound(to: Entry.self)
        if let entries {
            larger.update(from: entries, count: count)
            engine.deallocate(UnsafeMutableRawPointer(entries), room * MemoryLayout<Entry>.stride)
        }
        entries = larger
        room = newRoom
        return true
    }

    /// Inserts a source with its deadline set. `reserve` has been called since the last insertion.
    mutating func insert(_ source: Source) {
        count += 1
        rise(Entry(deadline: source.pointee.deadline, source: source), from: count - 1)
    }

    mutating func remove(_ source: Source) {
        let place = Int(source.pointee.heapIndex)
        source.pointee.heapIndex = noTimer
        count -= 1
        if place == count { return }
        let last = entries.unsafelyUnwrapped[count]
        sink(last, from: place)
        if Int(last.source.pointee.heapIndex) == place { rise(last, from: place) }
    }

    private static func isBefore(_ a: Entry, _ b: Entry) -> Bool {
        if a.deadline != b.deadline { return a.deadline < b.deadline }
        return a.source.pointee.sequence < b.source.pointee.sequence
    }

    private func put(_ entry: Entry, _ place: Int) {
        entries.unsafelyUnwrapped[place] = entry
        entry.source.pointee.heapIndex = UInt32(truncatingIfNeeded: place)
    }

    private func rise(_ entry: Entry, from start: Int) {
        let entries = entries.unsafelyUnwrapped
        var place = start
        while place > 0 {
            let parent = (place - 1) / 4
            if !Self.isBefore(entry, entries[parent]) { break }
            put(entries[parent], place)
            place = parent
        }
        put(entry, place)
    }

    private func sink(_ entry: Entry, from start: Int) {
        let entries = entries.unsafelyUnwrapped
        var place = start
        while true {
            let first = place * 4 + 1
            if first >= count { break }
            var least = first
            var child = first + 1
            while child < min(first + 4, count) {
                if Self.isBefore(entries[child], entries[least]) { least = child }
                child += 1
            }
            if !Self.isBefore(entries[least], entry) { break }
            put(entries[least], place)
            place = least
        }
        put(entry, place)
    }

    mutating func release(in engine: Engine) {
        guard let entries else { return }
        engine.deallocate(UnsafeMutableRawPointer(entries), room * MemoryLayout<Entry>.stride)
        self = TimerHeap()
    }
}
