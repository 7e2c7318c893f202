import CBackstage
import CLibev
import Synchronization

/// The options of an engine, with defaults filled in.
private struct Limits {
    let actors: Int
    let payloadBytes: Int
    let memoryBytes: Int
    let remote: Int

    /// Nil if one is out of range.
    init?(_ options: backstage_engine_options) {
        guard options.clock <= UInt32(BACKSTAGE_CLOCK_VIRTUAL), options.reserved == 0,
            options.actors_max <= UInt32(BACKSTAGE_ACTORS_MAX),
            0...Int(BACKSTAGE_PAYLOAD_BYTES_MAX) ~= options.payload_bytes_max,
            options.remote_capacity <= UInt32(BACKSTAGE_REMOTE_CAPACITY_MAX),
            (options.sleep == nil) == (options.wake == nil)
        else { return nil }
        func or(_ value: Int, _ standard: Int) -> Int { value == 0 ? standard : value }
        actors = or(Int(options.actors_max), Int(BACKSTAGE_ACTORS_DEFAULT))
        payloadBytes = or(options.payload_bytes_max, Int(BACKSTAGE_PAYLOAD_BYTES_DEFAULT))
        // Beyond what a pointer can reach, as SIZE_MAX is, there is no limit.
        memoryBytes = options.memory_bytes_max <= 0 ? Int.max : options.memory_bytes_max
        let wanted = or(Int(options.remote_capacity), Int(BACKSTAGE_REMOTE_CAPACITY_DEFAULT))
        remote = wanted < 2 ? 2 : 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount)
    }
}

/// All fixed memory of an engine, in one piece: the state, and what it points to for good.
private struct BasePlan {
    let poller: Int
    let remote: Int
    let freeRings: Int
    let freeObjects: Int
    let freeBlocks: Int
    let resting: Int
    let outbox: Int
    let eventbox: Int
    let bytes: Int

    init() {
        var end = 0
        func place(_ bytes: Int) -> Int {
            defer { end += (bytes + 63) & ~63 }
            return end
        }
        _ = place(MemoryLayout<EngineState>.size)
        poller = place(MemoryLayout<Poller>.size)
        remote = place(MemoryLayout<RemoteQueue>.size)
        freeRings = place(ringClasses * 8)
        freeObjects = place(objectClasses * 8)
        freeBlocks = place(blockClasses * 8)
        resting = place(restingMax * 8)
        outbox = place(MemoryLayout<backstage_envelope>.size)
        eventbox = place(MemoryLayout<backstage_envelope>.size)
        bytes = end
    }
}

/// What an engine is made of, while it is being got together and when it is taken apart.
private struct Parts {
    var shared: SharedBlocks?
    var base: UnsafeMutableRawPointer?
    var actors: Reservation?
    var details: Reservation?
    var slots: Reservation?
    var loop: OpaquePointer?
    var isHostLoop = false

    /// Gets everything; `release` what there is if this fails.
    mutating func acquire(_ limits: Limits, _ hostLoop: OpaquePointer?) -> Status {
        let slotBytes = limits.remote * MemoryLayout<RemoteSlot>.stride
        let plan = BasePlan()
        shared = SharedBlocks.create(heldBytesMax: limits.memoryBytes)
        guard let shared, shared.reserve(plan.bytes + slotBytes) else { return .noMemory }
        guard posix_memalign(&base, 64, plan.bytes) == 0, let base else { return .noMemory }
        memset(base, 0, plan.bytes)
        actors = Reservation(bytes: limits.actors * MemoryLayout<ActorCell>.stride)
        details = Reservation(bytes: limits.actors * MemoryLayout<ActorDetails>.stride)
        slots = Reservation(bytes: slotBytes)
        guard actors != nil, details != nil, let slots, slots.commit(from: 0, to: slotBytes) else {
            return .noMemory
        }
        isHostLoop = hostLoop != nil
        guard clibev_has_descriptors() != 0 else { return .system }
        loop = hostLoop ?? ev_loop_new(UInt32(EVFLAG_AUTO))
        return loop == nil ? .system : .ok
    }

    func release() {
        if !isHostLoop, let loop { ev_loop_destroy(loop) }
        slots?.release()
        details?.release()
        actors?.release()
        free(base)
        shared?.orphan()
    }
}

extension Engine {
    /// Makes an engine that belongs to the calling thread.
    package static func create(_ options: backstage_engine_options, _ engine: inout Engine?) -> Status {
        guard let limits = Limits(options) else { return .invalidArgument }
        var parts = Parts()
        let status = parts.acquire(limits, options.loop)
        if status != .ok {
            parts.release()
            return status
        }
        let made = assemble(parts, limits, options)
        made.startPolling()
        engine = made
        return .ok
    }

    private static func assemble(_ parts: Parts, _ limits: Limits, _ options: backstage_engine_options)
        -> Engine
    {
        let plan = BasePlan()
        let base = parts.base.unsafelyUnwrapped
        let engine = base.assumingMemoryBound(to: EngineState.self)
        let poller = (base + plan.poller).assumingMemoryBound(to: Poller.self)
        poller.initialize(
            to: Poller(
                loop: parts.loop.unsafelyUnwrapped, sleepCallback: options.sleep, wakeCallback: options.wake))
        let slots = parts.slots.unsafelyUnwrapped
        let remote = (base + plan.remote).assumingMemoryBound(to: RemoteQueue.self)
        // The poller never moves, so the pointer stays good.
        let wake = withUnsafeMutablePointer(to: &poller.pointee.wake) { $0 }
        remote.initialize(
            to: RemoteQueue(
                slots: slots.base.assumingMemoryBound(to: RemoteSlot.self), capacity: UInt64(limits.remote),
                reservation: slots, loop: poller.pointee.loop, wake: wake))
        let actors = parts.actors.unsafelyUnwrapped
        let details = parts.details.unsafelyUnwrapped
        let isVirtual = options.clock == UInt32(BACKSTAGE_CLOCK_VIRTUAL)
        engine.initialize(
            to: EngineState(
                actors: actors.base.assumingMemoryBound(to: ActorCell.self), isGuest: parts.isHostLoop,
                freeRings: (base + plan.freeRings).assumingMemoryBound(to: UnsafeMutableRawPointer?.self),
                resting: (base + plan.resting).assumingMemoryBound(to: Actor.self),
                outbox: (base + plan.outbox).assumingMemoryBound(to: backstage_envelope.self),
                eventbox: (base + plan.eventbox).assumingMemoryBound(to: backstage_envelope.self),
                payloadBytesMax: limits.payloadBytes,
                details: details.base.assumingMemoryBound(to: ActorDetails.self),
                actorsMax: UInt32(limits.actors), actorTable: actors, detailsTable: details,
                freeObjects: (base + plan.freeObjects).assumingMemoryBound(to: UnsafeMutableRawPointer?.self),
                freeBlocks: (base + plan.freeBlocks).assumingMemoryBound(to: Block?.self),
                sharedBlocks: parts.shared.unsafelyUnwrapped, isVirtual: isVirtual,
                lookEvery: isVirtual ? 256 : 64, poller: poller, remote: remote, seed: options.seed,
                randomState: options.seed,
                deadLetter: options.dead_letter, deadLetterState: options.dead_letter_state,
                log: options.log, logState: options.log_state))
        return engine
    }

    /// Makes the engine nobody's, until it is adopted: its thread ends, and the next may be taken for it.
    package func disown() {
        pointee.remote.pointee.owner.store(0, ordering: .relaxed)
    }

    /// Makes the calling thread the engine's.
    package func adopt() -> Status {
        // Nobody else may be using the engine, so nobody is in a run of it; this thread might.
        if clibev_current() != nil || pointee.poller.pointee.isDriven { return .inCallback }
        pointee.remote.pointee.owner.store(clibev_thread(), ordering: .relaxed)
        return .ok
    }
}

// MARK: - The end

extension Engine {
    /// Ends all actors and frees everything.
    package func destroy() -> Status {
        let status = checkOutsideCallbacks()
        if status != .ok { return status }
        clibev_set_current(self)
        pointee.isDestroying = true
        pointee.remote.pointee.isClosed.store(true, ordering: .relaxed)
        buryRemoteQueue()
        releaseDrain()
        endAll()
        while let watcher = pointee.hostWatchers { unwatchHost(watcher) }
        releaseSignalInbox()
        stopPolling()
        releaseTables()
        releaseDrainRoots()
        releaseCaches()
        releaseChunks(pointee.objectArena)
        releaseChunks(pointee.ringArena)
        clibev_set_current(nil)
        pointee.companion.end?(pointee.companion.state)
        var parts = Parts()
        parts.isHostLoop = true
        parts.shared = pointee.sharedBlocks
        parts.actors = pointee.actorTable
        parts.details = pointee.detailsTable
        parts.slots = pointee.remote.pointee.reservation
        parts.base = UnsafeMutableRawPointer(self)
        parts.release()
        return .ok
    }

    /// Ends every actor, the last born first. Nobody gets a turn any more but those that end.
    private func endAll() {
        while let next = dequeueReady() {
            if next.isRound { disband(next) }
        }
        for index in 0..<Int(pointee.actorCount) {
            let actor = pointee.actors + index
            actor.pointee.flags.remove(.ready)
            actor.pointee.flags.remove(.parked)
            actor.pointee.flags.remove(.suspended)
        }
        while pointee.lastParentless != noActor {
            let actor = pointee.actors + Int(pointee.lastParentless)
            actor.pointee.flags.insert(.ready)
            beginEnding(actor, Reason.engineEnded, actor.cause(Reason.engineEnded))
            end(actor)
            while let next = dequeueReady() {
                if next.pointee.flags.has(.ending) { end(next) } else { next.pointee.flags.remove(.ready) }
            }
        }
    }

    private func releaseTables() {
        pointee.registry.release(in: self)
        pointee.kinds.release(in: self)
        pointee.publishers.release(in: self)
        pointee.topics.release(in: self)
        pointee.subscriptions.release(in: self)
        pointee.monitors.release(in: self)
        pointee.sources.release(in: self)
        pointee.timers.release(in: self)
    }
}
