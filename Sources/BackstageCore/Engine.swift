import CBackstage
import CLibev
import Synchronization

/// An engine: a plain handle, copied freely. No reference counting, and no exclusive access that a
/// callback calling back could break.
package typealias Engine = UnsafeMutablePointer<EngineState>

package struct EngineState {
    // Touched by every send and turn.
    var actors: Actor
    /// Places ever used.
    var actorCount: UInt32 = 0
    var readyFirst: Actor?
    /// Means something only while there is a first.
    var readyLast: Actor?
    /// Runs in the host's loop.
    let isGuest: Bool
    /// Messages until the next look at clock, timers, threads and descriptors.
    var untilLook: Int32 = 0
    var accepted: UInt64 = 0
    var handled: UInt64 = 0
    /// The actor whose messages are being handled, and how many its callback was given.
    var handling: Actor?
    var hand: UInt32 = 1
    var freeRings: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    /// Actors that fell idle and keep a small ring until the engine rests: many are needed again soon.
    var resting: UnsafeMutablePointer<Actor>
    var restingCount = 0
    /// Where messages and events are put together that are not written straight into a ring.
    var outbox: Envelope
    var eventbox: Envelope
    var payloadBytesMax: Int

    // Native values.
    /// Known to who sends them; 0 without a companion.
    package var number: UInt32 = 0
    /// Whose `init`, event or `deinit` is being handled, as far as the companion says so.
    package var acting: Actor?
    package var companion = Companion()

    /// The message of a round while it is in hand, and whether its receiver has it in a slot by now.
    var roundMessage: Envelope?
    var isRoundMessageTaken = false

    // Actors.
    var details: UnsafeMutablePointer<ActorDetails>
    var actorsMax: UInt32
    var actorsCommitted: UInt32 = 0
    var freeActors: Actor?
    /// The last born of the actors without a parent.
    var lastParentless: UInt32 = noActor
    let actorTable: Reservation
    let detailsTable: Reservation
    var living: UInt32 = 0
    var spawned: UInt64 = 0
    var registry = HashTable<UInt32>()
    var kinds = HashTable<UnsafeMutablePointer<Kind>>()

    // Topics.
    var publishers = HashTable<UnsafeMutablePointer<Publisher>>()
    var topics = HashTable<Topic>()
    var subscriptions = HashTable<UnsafeMutablePointer<Subscription>>()
    var publishStamp: UInt64 = 0

    // Events.
    var sources = SourceTable()
    var monitors = HashTable<Source>()
    var timers = TimerHeap()
    var timerSequence: UInt64 = 0
    var signals: UnsafeMutablePointer<SignalInbox>?
    /// Descriptors watched outside any actor.
    var hostWatchers: Source?

    // Memory.
    var objectArena = Arena()
    var ringArena = Arena()
    var freeObjects: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    var freeBlocks: UnsafeMutablePointer<Block?>
    /// What free blocks hold, in units of 64 bytes.
    var cachedBlockUnits = 0
    var retiredRing: RetiredRing?
    let sharedBlocks: SharedBlocks

    // Time and the world.
    let isVirtual: Bool
    var now: UInt64 = 0
    var lastLook: UInt64 = 0
    var lastPoll: UInt64 = 0
    var lookEvery: Int32 = 64
    var poller: UnsafeMutablePointer<Poller>
    var remote: UnsafeMutablePointer<RemoteQueue>
    /// Whose full inbox holds the queue up, and where its head was when that was seen.
    var blockedReceiver: backstage_ref = 0
    var blockedHead: UInt32 = 0

    // What is left.
    let seed: UInt64
    /// Of the numbers that the seed decides.
    var randomState: UInt64
    var drain = EngineDrain()
    var drainRoots = DrainRoots()
    /// What the run returns that is asked to stop.
    var runStatus = Status.ok
    var restarts: UInt64 = 0
    var dead: UInt64 = 0
    var events: UInt64 = 0
    var failures: UInt64 = 0
    var polls: UInt64 = 0
    var stopRequested = false
    /// The actor whose turn it is wants it to be over.
    var hasYielded = false
    /// The actor whose `deinit` runs.
    var departing: Actor?
    var isDestroying = false
    let deadLetter: backstage_dead_letter_callback?
    let deadLetterState: UnsafeMutableRawPointer?
    let log: backstage_log_callback?
    let logState: UnsafeMutableRawPointer?
}

/// What a thread is in a callback of when it is in one that may hardly call back.
var observing: UnsafeMutableRawPointer { UnsafeMutableRawPointer(bitPattern: 1).unsafelyUnwrapped }

extension Engine {
    @inline(__always) package var handle: OpaquePointer { OpaquePointer(self) }

    /// Whether this thread is inside a run, or a callback, of this engine.
    @inline(__always) var isCurrent: Bool { UInt(bitPattern: clibev_current()) == UInt(bitPattern: self) }

    @inline(__always) var isOwnThread: Bool {
        pointee.remote.pointee.owner.load(ordering: .relaxed) == clibev_thread()
    }

    /// Whether the calling thread may use the engine just now: inside one of its callbacks, or on its
    /// thread and outside any.
    @inline(__always) var isHere: Bool { _fastPath(isCurrent) || (clibev_current() == nil && isOwnThread) }

    @inline(__always) package func check() -> Status { isHere ? .ok : absence }

    /// Why the engine may not be used just now.
    @inline(never) private var absence: Status {
        if !isOwnThread { return .wrongThread }
        return clibev_current() == observing ? .inCallback : .otherEngine
    }

    /// The same, for what may not be done inside any callback.
    func checkOutsideCallbacks() -> Status {
        if !isOwnThread { return .wrongThread }
        return clibev_current() == nil ? .ok : .inCallback
    }

    /// Runs a callback of the host that may not use the engine, but for "any thread" calls.
    func observe(_ body: () -> Void) {
        let outer = clibev_current()
        clibev_set_current(observing)
        body()
        clibev_set_current(outer)
    }

    /// The living or ending actor that a ref names.
    @inline(__always) package func actor(_ ref: backstage_ref) -> Actor? {
        let index = ref >> 32
        guard index < UInt64(pointee.actorCount) else { return nil }
        let actor = pointee.actors + Int(index)
        guard actor.pointee.generation == UInt32(truncatingIfNeeded: ref), actor.isLiving else { return nil }
        return actor
    }

    /// Gives an actor a turn, unless it waits for one or is in one.
    @inline(__always) func makeReady(_ actor: Actor) {
        if actor.pointee.flags.has(.ready) { return }
        actor.pointee.flags.insert(.ready)
        enqueueReady(actor)
    }

    @inline(__always) func enqueueReady(_ actor: Actor) {
        actor.pointee.next = nil
        let last = pointee.readyLast
        pointee.readyLast = actor
        if pointee.readyFirst != nil {
            last.unsafelyUnwrapped.pointee.next = actor
        } else {
            pointee.readyFirst = actor
            if pointee.isGuest { keepHostAwake() }
        }
    }

    /// The same for who has begun, and goes on before the others.
    func goOnFirst(_ actor: Actor) {
        actor.pointee.next = pointee.readyFirst
        if pointee.readyFirst == nil { pointee.readyLast = actor }
        pointee.readyFirst = actor
        if pointee.isGuest { keepHostAwake() }
    }

    @inline(__always) func dequeueReady() -> Actor? {
        guard let actor = pointee.readyFirst else { return nil }
        pointee.readyFirst = actor.pointee.next
        return actor
    }
}

extension Actor {
    /// Whether this context may be used just now.
    @inline(__always) package func check() -> Status {
        pointee.engine.isHere && isLiving ? .ok : absence
    }

    /// Why this context may not be used just now.
    @inline(never) var absence: Status {
        let status = pointee.engine.check()
        return status == .ok ? .notFound : status
    }

    /// The same, for what an actor may not begin that ends, or goes down to restart.
    @inline(__always) package func checkActive() -> Status {
        let status = check()
        if status != .ok { return status }
        return pointee.flags.has(.halting) ? .ending : .ok
    }
}

extension Engine {
    /// The engine that this thread is in a run, or a callback, of.
    @inline(__always) package static var current: Engine? {
        guard let current = clibev_current(), current != observing else { return nil }
        return current.assumingMemoryBound(to: EngineState.self)
    }
}

extension Engine {
    /// Whether this thread is inside a callback of any engine.
    package static var isInCallback: Bool { clibev_current() != nil }
}
