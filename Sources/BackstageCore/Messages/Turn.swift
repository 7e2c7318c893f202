import CBackstage

// The hot path's other half: an actor's turn.

extension Engine {
    /// Turns, until nobody is ready or it is time to look around.
    @inline(never)
    func runReady() {
        while pointee.untilLook > 0, let actor = dequeueReady() { turn(actor) }
        pointee.handling = nil
    }

    /// Gives an actor, just taken off the ready list, its turn: as many messages as its budget allows.
    /// It is `handling` until the next one is, or nobody is ready.
    @inline(__always)
    func turn(_ actor: Actor) {
        if _slowPath(actor.pointee.flags.has(.special)), !begin(actor) { return }
        if _slowPath(actor.used == 0) { return endTurn(actor) }
        pointee.handling = actor
        if !handleEach(actor) { return }
        if _slowPath(actor.used != 0) { return enqueueReady(actor) }
        rest(actor)
    }

    /// What is read again for each message need not outlive the callback in a register. False if the
    /// turn is over, and seen to.
    @inline(__always)
    private func handleEach(_ actor: Actor) -> Bool {
        let start = actor.pointee.head
        var tail = actor.pointee.tail
        actor.noteWaiting(tail &- start)
        var head = start
        var end = turnEnd(of: actor, start, tail)
        repeat {
            let slot = actor.slot(head)
            let status = actor.pointee.receive.unsafelyUnwrapped(actor.context, slot, actor.pointee.state)
            if _slowPath(status != 0) {
                let done = actor.pointee.head &- start &+ 1
                if let end = interrupt(actor, on: slot, status) {
                    pointee.untilLook &-= Int32(bitPattern: done)
                    endTurn(actor, end)
                    return false
                }
            }
            // A trivial value inline has nothing to give back.
            if _slowPath(slot.pointee.reserved & ~Carries.value != 0) { finish(slot, of: actor) }
            if _slowPath(actor.pointee.tail != tail) {
                end = noteOwnSends(actor, start)
                tail = actor.pointee.tail
            }
            head &+= 1
            actor.pointee.head = head
            pointee.handled &+= 1
        } while head != end && !actor.pointee.flags.has(.interrupting)
        pointee.untilLook &-= Int32(bitPattern: actor.pointee.head &- start)
        if _slowPath(Int32(bitPattern: actor.pointee.head) < 0) { actor.rewindRing() }
        return true
    }

    @inline(__always)
    private func turnEnd(of actor: Actor, _ start: UInt32, _ tail: UInt32) -> UInt32 {
        start &+ min(tail &- start, turnLimit(actor))
    }

    /// Slow callbacks shorten turns, so that the next look is not late.
    @inline(__always)
    private func turnLimit(_ actor: Actor) -> UInt32 {
        min(UInt32(actor.pointee.budget), UInt32(bitPattern: pointee.lookEvery))
    }

    /// The actor has sent to itself, and may have outgrown the ring that its callback read from. Where
    /// the turn ends now.
    @inline(never)
    private func noteOwnSends(_ actor: Actor, _ start: UInt32) -> UInt32 {
        actor.noteWaiting(actor.used &- 1)
        releaseRetiredRing()
        return turnEnd(of: actor, start, actor.pointee.tail)
    }

    /// Nothing is queued any more. Those that rest with a ring need no more than that.
    @inline(__always)
    private func rest(_ actor: Actor) {
        if _slowPath(actor.pointee.flags.has(.noteworthy)) { return endTurn(actor) }
        if _slowPath(!actor.pointee.flags.has(.resting) || actor.pointee.mask > restingMask) {
            restRing(actor)
        }
        actor.pointee.flags.remove(.ready)
    }

    /// A turn of more than messages one by one begins. Whether such follow.
    @inline(never)
    private func begin(_ actor: Actor) -> Bool {
        pointee.handling = nil
        if actor.isRound {
            takeTurns(actor)
            return false
        }
        if actor.pointee.flags.has(.attention), !attend(actor) { return false }
        if !actor.pointee.flags.has(.batch) { return true }
        if actor.used != 0 {
            actor.noteWaiting(actor.used)
            pointee.handling = actor
            endTurn(actor, handleBatch(actor))
        } else {
            endTurn(actor)
        }
        return false
    }

    /// The turn was cut short.
    @inline(never)
    func endTurn(_ actor: Actor, _ end: TurnEnd) {
        pointee.handling = nil
        pointee.hand = 1
        if end == .over { endTurn(actor) }
    }

    /// Puts the actor back on the ready list, or to rest.
    @inline(never)
    func endTurn(_ actor: Actor) {
        pointee.handling = nil
        if Int32(bitPattern: actor.pointee.head) < 0 { actor.rewindRing() }
        if actor.used != 0 { return enqueueReady(actor) }
        if actor.pointee.ring != nil { restRing(actor) }
        if actor.pointee.flags.has(.noteworthy), !settle(actor) { return enqueueReady(actor) }
        actor.pointee.flags.remove(.ready)
    }

    /// Gives back what a handled message carried; or sets it aside, if the callback said so.
    @inline(never)
    func finish(_ slot: Envelope, of actor: Actor) {
        // Most of what carries anything is a short publication, or has a block to itself.
        if slot.pointee.reserved == Carries.topic { return release(slot.topic) }
        if slot.pointee.reserved == Carries.block {
            actor.uncount(slot.block)
            return release(slot.block)
        }
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
