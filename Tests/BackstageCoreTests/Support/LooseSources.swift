@testable import BackstageCore

/// Event sources of no engine's table, to put into lists and heaps.
final class LooseSources {
    private let first: Source
    let count: Int

    init(_ count: Int, owner: Actor) {
        self.count = count
        first = Source.allocate(capacity: count)
        for index in 0..<count {
            (first + index).initialize(
                to: EventSource(
                    index: UInt32(index), generation: 1, owner: owner, next: nil, previous: nil,
                    laneNext: nil, lanePrevious: nil, kind: .timer, isPending: false, heapIndex: noTimer,
                    deadline: 0, sequence: 0, count: 0, target: 0, peerNext: nil, peerPrevious: nil,
                    reason: 0,
                    status: 0))
        }
    }

    deinit { first.deallocate() }

    subscript(index: Int) -> Source { first + index }
}
