import CBackstage
import CLibev

/// Table entries are committed this many at a time: whole pages in both tables.
private let actorsPerCommit: UInt32 = 1024

extension Actor {
    package func spawn(
        _ options: backstage_actor_options, _ supervision: backstage_supervision?, asChild: Bool,
        _ ref: UnsafeMutablePointer<backstage_ref>
    ) -> Status {
        let status = checkActive()
        if status != .ok { return status }
        return pointee.engine.spawn(options, supervision, parent: asChild ? self : nil, ref)
    }
}

extension Engine {
    /// Makes an actor, or changes nothing.
    package func spawn(
        _ options: backstage_actor_options, _ supervision: backstage_supervision? = nil,
        parent: Actor? = nil, _ ref: UnsafeMutablePointer<backstage_ref>
    ) -> Status {
        guard Self.isValid(options), supervision.map({ Supervision.isValid($0) }) ?? true else {
            return .invalidArgument
        }
        if parent == nil, pointee.drain.stage != .none || pointee.isDestroying { return .ending }
        let id = name(options.id)
        let kind = name(options.kind)
        if (id == nil) != (options.id == nil) || (kind == nil) != (options.kind == nil) { return .invalidID }
        if let id, actor(named: id) != nil { return .exists }
        guard pointee.freeActors != nil || pointee.actorCount < pointee.actorsMax else { return .limit }
        guard let actor = takePlace() else { return .noMemory }
        let index = actor - pointee.actors
        let details = pointee.details + index
        settle(actor, details, options, parent)
        if id != nil || kind != nil || supervision != nil,
            !equip(actor, id, kind) || !supervise(actor, supervision)
        {
            strip(details)
            freePlace(actor)
            return .noMemory
        }
        enlist(actor, UInt32(truncatingIfNeeded: index), details, id, parent)
        ref.pointee = UInt64(index) << 32 | UInt64(actor.pointee.generation)
        return .ok
    }

    @inline(__always)
    private static func isValid(_ options: backstage_actor_options) -> Bool {
        (options.receive == nil) != (options.receive_batch == nil)
            && options.capacity <= UInt32(BACKSTAGE_CAPACITY_MAX)
            && options.overflow <= UInt32(BACKSTAGE_OVERFLOW_DROP_OLDEST)
            && options.budget <= UInt32(BACKSTAGE_BUDGET_MAX)
            && options.sees_subscriptions <= 1
            && options.restart <= UInt32(BACKSTAGE_RESTART_TEMPORARY) && options.reserved == 0
    }

    /// A free place in the table, or a new one.
    @inline(__always)
    private func takePlace() -> Actor? {
        if let actor = pointee.freeActors {
            pointee.freeActors = actor.pointee.next
            return actor
        }
        if pointee.actorCount == pointee.actorsCommitted, !commitPlaces() { return nil }
        let actor = pointee.actors + Int(pointee.actorCount)
        actor.pointee.generation = 1
        pointee.actorCount += 1
        return actor
    }

    @inline(never)
    private func commitPlaces() -> Bool {
        let from = Int(pointee.actorsCommitted)
        let to = min(from + Int(actorsPerCommit), Int(pointee.actorsMax))
        let stride = MemoryLayout<ActorCell>.stride + MemoryLayout<ActorDetails>.stride + drainRootStride
        let bytes = (to - from) * stride
        guard pointee.sharedBlocks.reserve(bytes) else { return false }
        guard
            pointee.actorTable.commit(
                from: from * MemoryLayout<ActorCell>.stride, to: to * MemoryLayout<ActorCell>.stride),
            pointee.detailsTable.commit(
                from: from * MemoryLayout<ActorDetails>.stride, to: to * MemoryLayout<ActorDetails>.stride)
        else {
            pointee.sharedBlocks.unreserve(bytes)
            return false
        }
        pointee.actorsCommitted = UInt32(to)
        return true
    }

    /// Ends the life of a place's refs: its generation goes on. When that is used up, so is the place.
    @inline(__always)
    func freePlace(_ actor: Actor) {
        actor.pointee.flags = .ending
        actor.pointee.generation &+= 1
        guard actor.pointee.generation != 0 else { return }
        actor.pointee.next = pointee.freeActors
        pointee.freeActors = actor
    }

    /// Writes a new actor into its place.
    @inline(__always)
    private func settle(
        _ actor: Actor, _ details: UnsafeMutablePointer<ActorDetails>, _ options: backstage_actor_options,
        _ parent: Actor?
    ) {
        var flags: ActorFlags = []
        if options.receive_batch != nil { flags.insert(.batch) }
        if options.`init` != nil { flags.insert(.starting) }
        let receive =
            options.receive ?? unsafeBitCast(options.receive_batch, to: backstage_receive_callback?.self)
        let capacity = options.capacity == 0 ? UInt32(BACKSTAGE_CAPACITY_DEFAULT) : options.capacity
        let budget = options.budget == 0 ? UInt32(BACKSTAGE_BUDGET_DEFAULT) : options.budget
        actor.pointee = ActorCell(
            generation: actor.pointee.generation, flags: flags, budget: UInt8(budget), queuedMax: 0,
            ring: nil,
            head: 0, tail: 0, threshold: 0, mask: 0, receive: receive, state: options.state, engine: self,
            next: nil)
        details.pointee = ActorDetails(
            id: nil, initializeOrOrigin: UInt64(unsafeBitCast(options.`init`, to: UInt.self)),
            deinitialize: options.deinit, extras: nil, kind: nil,
            dead: 0, handled: 0,
            parent: parent?.index ?? noActor, lastChild: noActor, previousSibling: noActor,
            nextSibling: noActor, kindPrevious: noActor, kindNext: noActor,
            capacityAndMarks: capacity - 1, queuedMax: 0, blockUnits: 0, status: 0)
        details.pointee.marks = Self.marks(options)
    }

    /// The overflow policies that drop are marks as they are.
    @inline(__always)
    private static func marks(_ options: backstage_actor_options) -> ActorMarks {
        var marks = ActorMarks(rawValue: UInt8(truncatingIfNeeded: options.overflow))
        if options.sees_subscriptions != 0 { marks.insert(.seesSubscriptions) }
        marks.restart = options.restart
        return marks
    }

    /// Gives the actor what it supervises its children by; false without memory.
    private func supervise(_ actor: Actor, _ options: backstage_supervision?) -> Bool {
        guard let options else { return true }
        guard let life = actor.makeLife() else { return false }
        life.pointee.supervision = makeSupervision(options)
        return life.pointee.supervision != nil
    }

    /// Gets the actor all that takes memory.
    private func equip(_ actor: Actor, _ id: Name?, _ kind: Name?) -> Bool {
        if let kind {
            actor.details.pointee.kind = makeKind(kind)
            if actor.details.pointee.kind == nil { return false }
        }
        guard let id else { return true }
        actor.details.pointee.id = copy(id)
        guard actor.details.pointee.id != nil, pointee.registry.reserve(in: self) else { return false }
        guard pointee.publishers.count != 0, let publisher = publisher(id) else { return true }
        guard let extras = actor.makeExtras() else { return false }
        extras.pointee.publisher = publisher
        return true
    }

    /// Gives back what `equip` got.
    @inline(__always)
    func strip(_ details: UnsafeMutablePointer<ActorDetails>) {
        if let kind = details.pointee.kind, kind.pointee.count == 0 { destroyKind(kind) }
        if let extras = details.pointee.extras {
            if let life = extras.pointee.life { destroyLife(life) }
            destroy(extras)
        }
        if let id = details.pointee.id { destroyName(id) }
    }

    /// Makes the actor known. Cannot fail.
    @inline(__always)
    private func enlist(
        _ actor: Actor, _ index: UInt32, _ details: UnsafeMutablePointer<ActorDetails>, _ id: Name?,
        _ parent: Actor?
    ) {
        actor.pointee.flags.insert(.living)
        pointee.living += 1
        pointee.spawned += 1
        if let id { pointee.registry.insert(id.hash, index) }
        if details.pointee.kind != nil { joinKind(actor) }
        joinFamily(index, details, parent)
        if actor.pointee.flags.has(.starting) { makeReady(actor) }
        if let parent, parent.details.pointee.marks.has(.draining) {
            setDrainRoot(of: actor, drainRoot(of: parent))
            joinDrain(actor)
        }
        guard let publisher = details.pointee.extras?.pointee.publisher else { return }
        publisher.pointee.actor = actor
        if details.pointee.marks.has(.seesSubscriptions) { replaySubscriptions(to: publisher) }
    }

    /// Links the actor in behind those born before it: its parent's children, or the parentless.
    @inline(__always)
    private func joinFamily(
        _ index: UInt32, _ details: UnsafeMutablePointer<ActorDetails>, _ parent: Actor?
    ) {
        let elder = lastBorn(under: parent)
        details.pointee.previousSibling = elder
        if elder != noActor { (pointee.details + Int(elder)).pointee.nextSibling = index }
        setLastBorn(under: parent, index)
    }

    @inline(__always)
    func leaveFamily(_ details: UnsafeMutablePointer<ActorDetails>, _ parent: Actor?) {
        let elder = details.pointee.previousSibling
        let younger = details.pointee.nextSibling
        if elder != noActor { (pointee.details + Int(elder)).pointee.nextSibling = younger }
        if younger != noActor {
            (pointee.details + Int(younger)).pointee.previousSibling = elder
        } else {
            setLastBorn(under: parent, elder)
        }
    }

    @inline(__always)
    private func lastBorn(under parent: Actor?) -> UInt32 {
        parent?.details.pointee.lastChild ?? pointee.lastParentless
    }

    @inline(__always)
    private func setLastBorn(under parent: Actor?, _ index: UInt32) {
        if let parent {
            parent.details.pointee.lastChild = index
        } else {
            pointee.lastParentless = index
        }
    }
}
