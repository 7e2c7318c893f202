import CBackstage

// The hot path's other half: an actor's turn.

extension Engine {
    /// Gives an actor, just taken off the ready list, its turn: events first, then messages, as many
    /// as its budget allows.
    @inline(__always)
    func turn(_ actor: Actor) {
        if actor.pointee.flags.has(.attention), !attend(actor) { return }
        if actor.used != 0 {
            actor.noteWaiting(actor.used)
            pointee.handling = actor
            let end = actor.pointee.flags.has(.batch) ? handleBatch(actor) : handleEach(actor)
            pointee.handling = nil
            if end == .pending { return }
        }
        endTurn(actor)
    }

    @inline(__always)
    private func handleEach(_ actor: Actor) -> TurnEnd {
        let receive = actor.pointee.receive.unsafelyUnwrapped
        let context = actor.context
        let state = actor.pointee.state
        let limit = turnLimit(actor)
        var left = limit
        var ring = actor.pointee.ring.unsafelyUnwrapped
        var mask = actor.pointee.mask
        var head = actor.pointee.head
        var tail = actor.pointee.tail
        pointee.hand = 1
        repeat {
            let slot = ring + Int(head & mask)
            let status = receive(context, slot, state)
            if status != 0, let end = interrupt(actor, on: slot, status) {
                pointee.untilLook &-= Int32(bitPattern: limit &- left &+ 1)
                return end
            }
            // A trivial value inline has nothing to give back.
            if slot.pointee.reserved & ~Carries.value != 0 { finish(slot, of: actor) }
            if actor.pointee.tail != tail {
                // It sent to itself.
                tail = actor.pointee.tail
                actor.noteWaiting(tail &- head &- 1)
                if actor.pointee.ring != ring {
                    releaseRetiredRing()
                    ring = actor.pointee.ring.unsafelyUnwrapped
                    mask = actor.pointee.mask
                }
            }
            head &+= 1
            actor.pointee.head = head
            pointee.handled &+= 1
            left &-= 1
        } while left != 0 && head != tail && !actor.pointee.flags.has(.interrupting) && !pointee.stopRequested
        pointee.untilLook &-= Int32(bitPattern: limit &- left)
        return .over
    }

    /// Slow callbacks shorten turns, so that the next look is not late.
    @inline(__always)
    private func turnLimit(_ actor: Actor) -> UInt32 {
        min(UInt32(actor.pointee.budget), UInt32(bitPattern: pointee.lookEvery))
    }

    /// Puts the actor back on the ready list, or to rest.
    @inline(__always)
    func endTurn(_ actor: Actor) {
        if Int32(bitPattern: actor.pointee.head) < 0 { actor.rewindRing() }
        if actor.used != 0 { return enqueueReady(actor) }
        if actor.pointee.ring != nil { restRing(actor) }
        if actor.pointee.flags.has(.noteworthy), !settle(actor) { return enqueueReady(actor) }
        actor.pointee.flags.remove(.ready)
    }

    /// Gives back what a handled message carried; or sets it aside, if the callback said so.
    @inline(never)
    func finish(_ slot: Envelope, of actor: Actor) {
        if slot.pointee.reserved & Carries.stash != 0 { return setAside(slot, of: actor) }
        if slot.pointee.reserved & Carries.block != 0 {
            actor.uncount(slot.block)
            release(slot.block)
        }
        if slot.pointee.reserved & Carries.topic != 0 { release(slot.topic) }
        if slot.pointee.reserved & Carries.owned != 0 { destroyValue(of: slot) }
    }

    /// A turn of an actor that takes messages many at a time.
    @inline(never)
    private func handleBatch(_ actor: Actor) -> TurnEnd {
        let receive = unsafeBitCast(actor.pointee.receive, to: backstage_receive_batch_callback.self)
        var left = turnLimit(actor)
        repeat {
            let ring = actor.pointee.ring
            let first = actor.slot(actor.pointee.head)
            // No further than the ring's end, so that the messages lie side by side.
            let toEnd = actor.pointee.mask &+ 1 &- (actor.pointee.head & actor.pointee.mask)
            let count = min(left, actor.used, toEnd)
            pointee.hand = count
            var handled = 0
            let status = receive(actor.context, first, Int(count), &handled, actor.pointee.state)
            actor.noteWaiting(actor.waiting)
            let done = status == 0 ? count : Self.done(handled, of: count, status)
            for i in 0..<Int(done) where first[i].reserved != 0 { finish(first + i, of: actor) }
            actor.pointee.head &+= done
            pointee.hand &-= done
            pointee.handled &+= UInt64(done)
            pointee.untilLook &-= Int32(bitPattern: count)
            if status != 0, let end = interrupt(actor, on: first, done, count, status) { return end }
            if actor.pointee.ring != ring { releaseRetiredRing() }
            left &-= count
        } while left != 0 && actor.used != 0 && !actor.pointee.flags.has(.interrupting)
            && !pointee.stopRequested
        return .over
    }
}
