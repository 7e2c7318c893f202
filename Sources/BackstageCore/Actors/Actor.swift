import CBackstage

/// An actor: its place in the engine's table, which is also its context. Never moves.
package typealias Actor = UnsafeMutablePointer<ActorCell>

/// What every send and turn touches of an actor: one cache line.
package struct ActorCell {
    /// Differs from that of every earlier actor in this place.
    var generation: UInt32
    var flags: ActorFlags
    var budget: UInt8
    /// High-water mark, up to 255; beyond that `ActorDetails.queuedMax` counts.
    var queuedMax: UInt8
    /// Nil when nothing is queued, but for a while. Slots `head ..< tail` hold messages, those in hand
    /// included.
    var ring: Envelope?
    var head: UInt32
    var tail: UInt32
    /// From so many slots in use a send needs a closer look: the lesser of ring size and capacity, or 0
    /// without a ring.
    var threshold: UInt32
    /// The ring's size less one. Without a ring, the next one's: who needed many slots will again.
    var mask: UInt32
    /// A `backstage_receive_batch_callback` instead, if `flags` says so.
    var receive: backstage_receive_callback?
    var state: UnsafeMutableRawPointer?
    package var engine: Engine
    /// Next on the ready list, or on the list of free places; or what tells of a round.
    var next: Actor?
}

struct ActorFlags: OptionSet {
    let rawValue: UInt16
    @inline(__always) init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Of no actor: a round of turns, see Rounds.swift.
    static var round: ActorFlags { ActorFlags(rawValue: .max) }
    /// On the ready list, in a round, or in its turn.
    static var ready: ActorFlags { ActorFlags(rawValue: 1 << 0) }
    static var living: ActorFlags { ActorFlags(rawValue: 1 << 1) }
    /// `init` has yet to run.
    static var starting: ActorFlags { ActorFlags(rawValue: 1 << 2) }
    /// The event lane is not empty.
    static var events: ActorFlags { ActorFlags(rawValue: 1 << 3) }
    static var poisoned: ActorFlags { ActorFlags(rawValue: 1 << 4) }
    /// Will handle no more messages. Also set in free places, so that one test refuses both.
    static var ending: ActorFlags { ActorFlags(rawValue: 1 << 5) }
    static var batch: ActorFlags { ActorFlags(rawValue: 1 << 6) }
    /// On the list of those that rest with a ring.
    static var resting: ActorFlags { ActorFlags(rawValue: 1 << 7) }
    /// Ending or restarting, and waiting for its last child to end: `ready`, but on no list.
    static var parked: ActorFlags { ActorFlags(rawValue: 1 << 8) }
    /// Between a failure and the next start: handles nothing.
    static var restarting: ActorFlags { ActorFlags(rawValue: 1 << 9) }
    /// Restarting, and waiting for its supervisor's word, or for what pends to be finished: `ready`, but
    /// on no list.
    static var suspended: ActorFlags { ActorFlags(rawValue: 1 << 10) }
    /// Its receive callback is another since its turn began, or it yielded; or what pended is finished.
    static var interrupted: ActorFlags { ActorFlags(rawValue: 1 << 11) }
    /// Has a receive timeout.
    static var timed: ActorFlags { ActorFlags(rawValue: 1 << 12) }

    /// A turn is about more than messages, and so is the next.
    static var unfinished: ActorFlags {
        either(either(either(starting, events), either(poisoned, ending)), restarting)
    }
    /// A turn that leaves nothing queued ends with more than rest.
    static var noteworthy: ActorFlags { either(unfinished, timed) }
    /// A turn begins with more than messages.
    static var attention: ActorFlags { either(noteworthy, interrupted) }
    /// A send is refused, or needs a closer look.
    static var refusing: ActorFlags { either(poisoned, ending) }
    /// Handles nothing more, or not for now.
    static var halting: ActorFlags { either(ending, restarting) }
    /// A turn is about more than messages, one by one.
    static var special: ActorFlags { either(attention, batch) }
    /// No further message in this turn.
    static var interrupting: ActorFlags { either(halting, interrupted) }

    /// Not an array literal, which would be an array in a debug build.
    @inline(__always) private static func either(_ a: ActorFlags, _ b: ActorFlags) -> ActorFlags {
        ActorFlags(rawValue: a.rawValue | b.rawValue)
    }

    /// Why the actor ends, once it does: the top three bits.
    var reason: backstage_reason {
        get { backstage_reason(rawValue >> 13) }
        set { self = ActorFlags(rawValue: rawValue & 0x1FFF | UInt16(truncatingIfNeeded: newValue) << 13) }
    }

    @inline(__always) func has(_ other: ActorFlags) -> Bool { rawValue & other.rawValue != 0 }
}

/// No actor: the end of a list of places.
let noActor = UInt32.max

/// What only spawning, ending and looking need of an actor. In a table of its own, beside the
/// cells, so that messages do not pull it into the cache.
struct ActorDetails {
    /// NUL-terminated; nil if it has none.
    var id: UnsafeMutablePointer<UInt8>?
    /// The init callback; once the actor ends for good, the ref of who that began with.
    var initializeOrOrigin: UInt64
    var deinitialize: backstage_deinit_callback?
    var extras: UnsafeMutablePointer<ActorExtras>?
    var kind: UnsafeMutablePointer<Kind>?
    var dead: UInt64
    /// Messages handled, less the head's position: that goes on with each.
    var handled: UInt64
    var parent: UInt32
    var lastChild: UInt32
    var previousSibling: UInt32
    var nextSibling: UInt32
    var kindPrevious: UInt32
    var kindNext: UInt32
    /// The capacity less one, and marks in the top byte.
    var capacityAndMarks: UInt32
    var queuedMax: UInt32
    /// Payload blocks queued, in units of 64 bytes.
    var blockUnits: UInt32
    /// What the failure was that it ends for, if it was one.
    var status: backstage_status
}

extension ActorDetails {
    var capacity: UInt32 { capacityAndMarks & 0xFF_FFFF + 1 }

    var marks: ActorMarks {
        get { ActorMarks(rawValue: UInt8(truncatingIfNeeded: capacityAndMarks >> 24)) }
        set { capacityAndMarks = capacityAndMarks & 0xFF_FFFF | UInt32(newValue.rawValue) << 24 }
    }

    var initialize: backstage_init_callback? {
        unsafeBitCast(UInt(initializeOrOrigin), to: backstage_init_callback?.self)
    }
}

/// What the hot path need not know of an actor.
struct ActorMarks: OptionSet {
    var rawValue: UInt8

    static var dropsNewest: ActorMarks { ActorMarks(rawValue: 1 << 0) }
    static var dropsOldest: ActorMarks { ActorMarks(rawValue: 1 << 1) }
    static var seesSubscriptions: ActorMarks { ActorMarks(rawValue: 1 << 2) }
    /// Part of a family, or an engine, that is drained.
    static var draining: ActorMarks { ActorMarks(rawValue: 1 << 3) }
    /// Draining, and not known to be done.
    static var busy: ActorMarks { ActorMarks(rawValue: 1 << 4) }

    @inline(__always) func has(_ other: ActorMarks) -> Bool { rawValue & other.rawValue != 0 }

    private var top: UInt8 {
        get { rawValue >> 5 }
        set { rawValue = rawValue & 0x1F | newValue << 5 }
    }

    /// When its supervisor starts it again: the top three bits, until it ends for good.
    var restart: backstage_restart {
        get { backstage_restart(top) }
        set { top = UInt8(newValue) }
    }

    /// Why the one ended, or failed, with whom its end began: the same bits from then on.
    var originReason: backstage_reason {
        get { backstage_reason(top) }
        set { top = UInt8(newValue) }
    }
}

/// What an actor has only once it uses timers, watchers, monitors, requests, topics or supervision.
struct ActorExtras {
    /// Everything of its own that may end in an event.
    var sources: Source?
    /// Those of them whose events wait to be handled, in order.
    var laneFirst: Source?
    var laneLast: Source?
    /// Monitors of, and requests to, this actor, owned by others.
    var peers: Source?
    var subscriptions: UnsafeMutablePointer<Subscription>?
    /// What others have subscribed to under this actor's id.
    var publisher: UnsafeMutablePointer<Publisher>?
    /// The last publication that it was given, so that it gets none twice.
    var publishStamp: UInt64
    var life: UnsafeMutablePointer<ActorLife>?
}

extension Actor {
    @inline(__always) package var isLiving: Bool { pointee.flags.has(.living) }

    /// Distance from the first place of the table: 64 bytes to a place.
    @inline(__always) private var offset: UInt64 {
        UInt64(UInt(bitPattern: self) &- UInt(bitPattern: pointee.engine.pointee.actors))
    }

    @inline(__always) var index: UInt32 { UInt32(truncatingIfNeeded: offset &>> 6) }

    /// The ref: generation below, index above it, the top 8 bits kept for an engine's index.
    @inline(__always) package var ref: backstage_ref {
        offset &<< 26 | UInt64(pointee.generation)
    }

    @inline(__always) package var context: OpaquePointer { OpaquePointer(self) }

    @inline(__always) var details: UnsafeMutablePointer<ActorDetails> {
        pointee.engine.pointee.details + Int(index)
    }

    @inline(__always) func slot(_ position: UInt32) -> Envelope {
        pointee.ring.unsafelyUnwrapped + Int(position & pointee.mask)
    }

    /// Slots in use, the message in hand included.
    @inline(__always) var used: UInt32 { pointee.tail &- pointee.head }

    /// Whether a callback runs that was given messages of this actor, and may read them.
    var isHandling: Bool { pointee.engine.pointee.handling == self }

    /// Messages that the callback running now was given; or the one that pends.
    @inline(__always) var hand: UInt32 {
        isHandling ? pointee.engine.pointee.hand : pending == .message ? 1 : 0
    }

    /// Messages that wait for a callback.
    var waiting: UInt32 { used &- hand }

    /// Messages that take room: of those in hand all but one may come back, if a batch fails.
    @inline(__always) var occupied: UInt32 { used &- min(hand, 1) }

    @inline(__always) package var parent: Actor? {
        let parent = details.pointee.parent
        return parent == noActor ? nil : pointee.engine.pointee.actors + Int(parent)
    }

    package var id: UnsafePointer<CChar> {
        guard let id = details.pointee.id else { return noName }
        return UnsafeRawPointer(id).assumingMemoryBound(to: CChar.self)
    }

    /// The extras, made when first asked for; nil when there is no memory.
    @inline(__always) func makeExtras() -> UnsafeMutablePointer<ActorExtras>? {
        details.pointee.extras ?? makeFirstExtras()
    }

    @inline(never) private func makeFirstExtras() -> UnsafeMutablePointer<ActorExtras>? {
        guard let extras = pointee.engine.make(ActorExtras.self) else { return nil }
        extras.initialize(
            to: ActorExtras(
                sources: nil, laneFirst: nil, laneLast: nil, peers: nil, subscriptions: nil,
                publisher: nil, publishStamp: 0, life: nil))
        details.pointee.extras = extras
        return extras
    }
}
