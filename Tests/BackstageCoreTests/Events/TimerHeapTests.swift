import Testing

@testable import BackstageCore

struct TimerHeapTests {
    /// Inserts and removes at random, beside an array that is sorted anew each time.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func theFirstIsTheEarliest(_ seed: UInt64) throws {
        try withEngine { engine in
            var random = Randomness(seed: seed)
            let sources = LooseSources(300, owner: engine.pointee.actors)
            var heap = TimerHeap()
            defer { heap.release(in: engine) }
            var waiting: [Int] = []
            // Few different times, so that many are equal.
            let times = seed % 2 == 0 ? 8 : 1 << 40
            var sequence: UInt64 = 0
            for step in 0..<4000 {
                let place = random.below(sources.count)
                if let known = waiting.firstIndex(of: place) {
                    heap.remove(sources[place])
                    waiting.remove(at: known)
                    #expect(sources[place].pointee.heapIndex == noTimer)
                } else if random.below(100) < (step / 600 % 2 == 0 ? 80 : 20) {
                    sources[place].pointee.deadline = UInt64(random.below(times))
                    sources[place].pointee.sequence = sequence
                    sequence += 1
                    heap.add(sources[place], in: engine)
                    waiting.append(place)
                }
                expect(heap, toHold: waiting.map { sources[$0] })
            }
            expectInOrder(&heap, waiting.map { sources[$0] })
        }
    }

    private func expect(_ heap: TimerHeap, toHold waiting: [Source]) {
        #expect(heap.count == waiting.count)
        let first = waiting.min(by: isBefore)
        #expect(heap.deadline == first?.pointee.deadline ?? .max)
        if let first { #expect(heap.first == first) }
    }

    private func expectInOrder(_ heap: inout TimerHeap, _ waiting: [Source]) {
        for source in waiting.sorted(by: isBefore) {
            #expect(heap.first == source)
            heap.remove(heap.first)
        }
        #expect(heap.count == 0)
    }

    private func isBefore(_ a: Source, _ b: Source) -> Bool {
        (a.pointee.deadline, a.pointee.sequence) < (b.pointee.deadline, b.pointee.sequence)
    }

    /// All orders of six, two of them due at one time; each in turn removed from wherever it lies.
    @Test func anyOneCanBeRemovedFromAnyHeapOfSix() throws {
        try withEngine { engine in
            let sources = LooseSources(6, owner: engine.pointee.actors)
            for order in permutations(Array(0..<6)) {
                for removed in 0..<6 {
                    var heap = TimerHeap()
                    for place in order {
                        sources[place].pointee.deadline = UInt64(max(place, 1))
                        sources[place].pointee.sequence = UInt64(place)
                        heap.add(sources[place], in: engine)
                    }
                    heap.remove(sources[removed])
                    var drained: [Int] = []
                    while heap.count > 0 {
                        drained.append(Int(heap.first.pointee.index))
                        heap.remove(heap.first)
                    }
                    if drained != (0..<6).filter({ $0 != removed }) {
                        Issue.record("\(order) without \(removed): \(drained)")
                    }
                    heap.release(in: engine)
                }
            }
        }
    }

    private func permutations(_ items: [Int]) -> [[Int]] {
        if items.count < 2 { return [items] }
        return items.flatMap { first in
            permutations(items.filter { $0 != first }).map { [first] + $0 }
        }
    }

    @Test func equalTimesGoByStart() throws {
        try withEngine { engine in
            let sources = LooseSources(500, owner: engine.pointee.actors)
            var heap = TimerHeap()
            defer { heap.release(in: engine) }
            for place in 0..<sources.count {
                sources[place].pointee.deadline = 5
                sources[place].pointee.sequence = UInt64(place)
                heap.add(sources[place], in: engine)
            }
            for place in 0..<sources.count {
                #expect(heap.first == sources[place])
                heap.remove(heap.first)
            }
        }
    }

    @Test func withoutMemoryItStaysAsItWas() throws {
        try withEngine { engine in
            let held = engine.heldBytes
            let sources = LooseSources(65, owner: engine.pointee.actors)
            var heap = TimerHeap()
            engine.withoutMemory { heap.expectNoRoom(in: engine) }
            for place in 0..<64 {
                sources[place].pointee.deadline = UInt64(100 - place)
                heap.add(sources[place], in: engine)
            }
            engine.withoutMemory { heap.expectNoRoom(in: engine) }
            #expect(heap.count == 64)
            #expect(heap.deadline == 37)
            sources[64].pointee.deadline = 1
            heap.add(sources[64], in: engine)
            #expect(heap.first == sources[64])
            heap.release(in: engine)
            #expect(engine.heldBytes == held)
        }
    }
}

extension TimerHeap {
    /// Inserts, with room made as it should be.
    fileprivate mutating func add(_ source: Source, in engine: Engine) {
        let hasRoom = reserve(in: engine)
        #expect(hasRoom)
        insert(source)
    }

    fileprivate mutating func expectNoRoom(in engine: Engine) {
        let hasRoom = reserve(in: engine)
        #expect(!hasRoom)
    }
}
