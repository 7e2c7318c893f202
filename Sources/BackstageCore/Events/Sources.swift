import CBackstage

/// What may end in an event for an actor: a timer, a watcher, a monitor, a request. The record is its
/// own place in the actor's event lane, so that an event needs no memory and is never queued twice.
typealias Source = UnsafeMutablePointer<EventSource>

enum SourceKind: UInt8 {
    case timer, io, signal, monitor, request, receiveTimeout
    /// A child's failure, told to its parent.
    case notice
    /// The waits of a restart and of a group's, and the deadline of a drain: no events.
    case backoff, groupBackoff, drain
    /// A descriptor watched outside any actor: it has no owner, and calls back instead.
    case hostIO
    /// A request from outside any actor, and the deadline of the engine's drain: no owner either.
    case outside, engineDrain
    /// Free: its token names nothing yet.
    case none
}

struct EventSource {
    let index: UInt32
    var generation: UInt32
    var owner: Actor
    // Among all of its owner's: requests first. Before the first comes the last.
    var next: Source?
    var previous: Source?
    // In the event lane.
    var laneNext: Source?
    var lanePrevious: Source?
    var kind: SourceKind
    var isPending: Bool
    /// Place in the heap of timers, or `noTimer`.
    var heapIndex: UInt32
    var deadline: UInt64
    /// Orders timers that are due at the same time.
    var sequence: UInt64
    /// Expirations of a timer, signals caught, descriptor events.
    var count: UInt64
    /// Who is monitored, asked, or has ended. For a timer: when it was first due.
    var target: backstage_ref
    // Among the monitors and requests of one target.
    var peerNext: Source?
    var peerPrevious: Source?
    /// Signal number, or reason of an end.
    var reason: UInt32
    var status: backstage_status
}

/// All event sources of an engine, found by a number that is never given twice.
struct SourceTable {
    private var chunks: UnsafeMutablePointer<Source>?
    private var chunkRoom = 0
    private var chunkCount = 0
    private var free: Source?

    private static var perChunk: Int { 256 }

    init() {}

    /// A record of no owner yet; nil without memory.
    @inline(__always)
    mutating func take(in engine: Engine) -> Source? {
        if free == nil, !grow(in: engine) { return nil }
        guard let source = free else { return nil }
        free = source.pointee.next
        return source
    }

    @inline(__always)
    mutating func give(_ source: Source) {
        source.pointee.generation &+= 1
        source.pointee.kind = .none
        if source.pointee.generation == 0 { return }
        source.pointee.next = free
        free = source
    }

    @inline(__always)
    func find(_ token: UInt64) -> Source? {
        let index = Int(truncatingIfNeeded: token & 0xFFFF_FFFF)
        guard index < chunkCount &* Self.perChunk, let chunks else { return nil }
        let source = chunks[index / Self.perChunk] + index % Self.perChunk
        guard source.pointee.generation == UInt32(truncatingIfNeeded: token >> 32),
            source.pointee.kind != .none
        else { return nil }
        return source
    }

    @inline(never)
    private mutating func grow(in engine: Engine) -> Bool {
        if chunkCount == chunkRoom, !growDirectory(in: engine) { return false }
        guard let memory = engine.allocate(Self.perChunk * MemoryLayout<EventSource>.stride) else {
            return false
        }
        let chunk = memory.assumingMemoryBound(to: EventSource.self)
        for i in stride(from: Self.perChunk - 1, through: 0, by: -1) {
            (chunk + i).initialize(
                to: EventSource(
                    index: UInt32(chunkCount * Self.perChunk + i), generation: 1,
                    owner: engine.pointee.actors, next: free, previous: nil, laneNext: nil,
                    lanePrevious: nil, kind: .none, isPending: false, heapIndex: noTimer, deadline: 0,
                    sequence: 0, count: 0, target: 0, peerNext: nil, peerPrevious: nil, reason: 0, status: 0))
            free = chunk + i
        }
        chunks.unsafelyUnwrapped[chunkCount] = chunk
        chunkCount += 1
        return true
    }

    private mutating func growDirectory(in engine: Engine) -> Bool {
        let room = max(16, chunkRoom * 2)
        guard let memory = engine.allocate(room * MemoryLayout<Source>.stride) else { return false }
        let directory = memory.assumingMemoryBound(to: Source.self)
        if let chunks {
            directory.update(from: chunks, count: chunkCount)
            engine.deallocate(UnsafeMutableRawPointer(chunks), chunkRoom * MemoryLayout<Source>.stride)
        }
        chunks = directory
        chunkRoom = room
        return true
    }

    mutating func release(in engine: Engine) {
        guard let chunks else { return }
        for i in 0..<chunkCount {
            engine.deallocate(
                UnsafeMutableRawPointer(chunks[i]), Self.perChunk * MemoryLayout<EventSource>.stride)
        }
        engine.deallocate(UnsafeMutableRawPointer(chunks), chunkRoom * MemoryLayout<Source>.stride)
        self = SourceTable()
    }
}

// A million requests may wait, so a record is kept small: a place holds what its kind needs.

extension EventSource {
    /// Of a timer or receive timeout, which has no peers: nanoseconds, or 0.
    var period: UInt64 {
        get { UInt64(UInt(bitPattern: peerNext)) }
        set { peerNext = Source(bitPattern: UInt(newValue)) }
    }

    /// Of a descriptor's watcher, which has no peers.
    var io: UnsafeMutablePointer<IOWatcher>? {
        get { UnsafeMutablePointer<IOWatcher>(bitPattern: UInt(bitPattern: peerNext)) }
        set { peerNext = Source(bitPattern: UInt(bitPattern: newValue)) }
    }

    /// Where the end began that a monitor or notice tells of, and why.
    var origin: backstage_ref {
        get { count }
        set { count = newValue }
    }

    var originReason: backstage_reason {
        get { backstage_reason(truncatingIfNeeded: sequence) }
        set { sequence = UInt64(newValue) }
    }

    /// Who waits for the answer to a request from outside, which is in no lane.
    var outside: UnsafeMutablePointer<OutsideRequest>? {
        get { UnsafeMutablePointer<OutsideRequest>(bitPattern: UInt(bitPattern: laneNext)) }
        set { laneNext = Source(bitPattern: UInt(bitPattern: newValue)) }
    }
}

extension Source {
    /// What the user knows the source by.
    var token: UInt64 { UInt64(pointee.generation) << 32 | UInt64(pointee.index) }
}

extension Engine {
    /// A source that belongs to an actor; nil without memory.
    func makeSource(_ kind: SourceKind, for owner: Actor) -> Source? {
        guard let extras = owner.makeExtras() else { return nil }
        return makeSource(kind, for: owner, extras)
    }

    @inline(__always)
    func makeSource(
        _ kind: SourceKind, for owner: Actor, _ extras: UnsafeMutablePointer<ActorExtras>
    ) -> Source? {
        guard let source = pointee.sources.take(in: self) else { return nil }
        source.pointee.owner = owner
        source.pointee.kind = kind
        source.pointee.isPending = false
        source.pointee.heapIndex = noTimer
        source.pointee.count = 0
        source.pointee.peerNext = nil
        joinOwner(source, extras)
        return source
    }

    @inline(__always)
    private func joinOwner(_ source: Source, _ extras: UnsafeMutablePointer<ActorExtras>) {
        source.pointee.next = nil
        source.pointee.previous = source
        let first = extras.pointee.sources
        if let first, let last = first.pointee.previous {
            source.pointee.previous = last
            first.pointee.previous = source
            if source.pointee.kind != .request {
                last.pointee.next = source
                return
            }
            source.pointee.next = first
        }
        extras.pointee.sources = source
    }

    /// The source that a token names, if it is this actor's.
    @inline(__always)
    func source(_ token: UInt64, of owner: Actor) -> Source? {
        guard let source = pointee.sources.find(token), source.pointee.owner == owner else { return nil }
        return source
    }

    /// Takes a source out of all that it is part of, and frees it.
    func cancel(_ source: Source) {
        switch source.pointee.kind {
        case .timer, .backoff, .groupBackoff, .drain: cancelTimeout(source)
        case .receiveTimeout: stopReceiveTimeout(source)
        case .io: stopWatching(source)
        case .signal: stopListening(source)
        case .monitor, .request:
            cancelTimeout(source)
            if let target = actor(source.pointee.target), !source.pointee.isPending {
                unlinkPeer(source, from: target)
            }
        case .notice, .hostIO, .outside, .engineDrain, .none: break
        }
        dispose(of: source)
    }

    /// Frees a source that is part of its owner's list alone, and perhaps of the lane.
    func dispose(of source: Source) {
        withdraw(source)
        if source.pointee.kind == .monitor { forgetMonitor(source) }
        leaveOwner(source)
    }

    /// The same for one that is not in the lane.
    @inline(__always)
    func leaveOwner(_ source: Source) {
        let extras = source.pointee.owner.details.pointee.extras.unsafelyUnwrapped
        let next = source.pointee.next
        let first = extras.pointee.sources.unsafelyUnwrapped
        (next ?? first).pointee.previous = source.pointee.previous
        if source == first {
            extras.pointee.sources = next
        } else {
            source.pointee.previous.unsafelyUnwrapped.pointee.next = next
        }
        pointee.sources.give(source)
    }

    /// Links a monitor or request to the actor that it waits for.
    @inline(__always)
    func linkPeer(_ source: Source, to target: Actor, _ extras: UnsafeMutablePointer<ActorExtras>) {
        source.pointee.target = target.ref
        source.pointee.peerPrevious = nil
        source.pointee.peerNext = extras.pointee.peers
        extras.pointee.peers?.pointee.peerPrevious = source
        extras.pointee.peers = source
    }

    @inline(__always)
    func unlinkPeer(_ source: Source, from target: Actor) {
        source.pointee.peerNext?.pointee.peerPrevious = source.pointee.peerPrevious
        if let previous = source.pointee.peerPrevious {
            previous.pointee.peerNext = source.pointee.peerNext
        } else {
            target.details.pointee.extras.unsafelyUnwrapped.pointee.peers = source.pointee.peerNext
        }
    }
}
