import CBackstage

@testable import BackstageCore

extension Inspector {
    /// What is queued lies in a ring, and is no more than the capacity. When nobody has anything to
    /// do, nobody has a ring, unless it waits to start again.
    func checkInboxes() {
        for actor in actors {
            let hasRing = actor.pointee.ring != nil
            check(hasRing || actor.used == actor.promised, "\(actor.ref) has messages and no ring")
            let isIdle = engine.readyList.isEmpty && actor.used == 0
            let rests = actor.pointee.flags.has(.resting) && actor.pointee.mask <= restingMask
            check(!hasRing || !isIdle || rests, "\(actor.ref) is idle with a ring")
            check(
                actor.hand == (actor.pending == .message ? 1 : 0), "\(actor.ref) has a message in hand")
            check(!hasRing || actor.used <= actor.ringSize, "the ring of \(actor.ref) is too small")
            let threshold = actor.pointee.mask == 0 ? 1 : min(UInt32(actor.ringSize), actor.room)
            check(!hasRing || actor.pointee.threshold == threshold, "the threshold of \(actor.ref)")
            checkCapacity(of: actor)
            checkPayloads(of: actor)
        }
        check(engine.pointee.handling == nil, "somebody handles something")
        check(engine.pointee.retiredRing == nil, "a ring is kept from the pool")
    }

    /// Who gives back a batch whole may have one more waiting.
    private func checkCapacity(of actor: Actor) {
        let takesBatches = actor.pointee.flags.has(.batch) || actor.life?.pointee.firstReceive != nil
        let most = actor.details.pointee.capacity + (takesBatches ? 1 : 0)
        check(actor.waiting + actor.stashed <= most, "the capacity of \(actor.ref)")
    }

    private func checkPayloads(of actor: Actor) {
        var units: UInt32 = 0
        for message in actor.queue + actor.aside {
            let payload = message.pointee.payload
            if message.carriesBlock {
                check(
                    payload == UnsafeRawPointer(message.block.pointee.bytes), "a payload is not its block's")
                units += message.block.pointee.units
            } else {
                check(payload == UnsafeRawPointer(message.inlined), "a payload is in another envelope")
            }
        }
        check(actor.details.pointee.blockUnits == units, "what the inbox of \(actor.ref) holds")
    }

    /// What is set aside lies in slots of its own; only a callback that runs marks more.
    func checkStashes() {
        for actor in actors {
            let messages = actor.queue + actor.aside
            check(!messages.contains { $0.isToBeSetAside }, "\(actor.ref) has a message marked")
            guard let stash = actor.life?.pointee.stash else { continue }
            check(stash.marked == 0, "\(actor.ref) has yet to set something aside")
            check((stash.slots != nil) == (stash.count > 0), "\(actor.ref) has slots, or nothing in them")
            if stash.count == 0 { continue }
            check(stash.count <= 1 << UInt32(stash.ringClass), "the stash of \(actor.ref)")
            check(actor.pointee.mask > 0, "\(actor.ref) has a stash and one slot")
        }
    }

    /// Every message accepted is in an inbox, or waits from other threads, unless it is done with.
    func checkLedger() {
        let statistics = engine.statistics
        let queued = actors.reduce(engine.pointee.remote.count) { $0 + UInt64($1.used + $1.stashed) }
        check(statistics.queued == queued, "\(statistics.queued) messages are said to be queued: \(queued)")
        check(statistics.accepted == statistics.handled + statistics.dead + queued, "the ledger")
    }

    /// Blocks and topics are referred to by the messages that carry them, and by nothing else. What a
    /// test, or the queue from other threads, holds has to be gone before.
    func checkReferences() {
        var blocks: [Block: Int] = [:]
        var topics: [Topic: Int] = [:]
        for message in actors.flatMap({ $0.queue + $0.aside }) {
            if message.carriesBlock { blocks[message.block, default: 0] += 1 }
            if message.carriesTopic { topics[message.topic, default: 0] += 1 }
        }
        for round in engine.rounds {
            if round.message.carriesBlock { blocks[round.message.block, default: 0] += 1 }
            topics[round.pointee.topic, default: 0] += 1
        }
        for (block, count) in blocks {
            check(block.pointee.references.load(ordering: .relaxed) == count, "references to a block")
        }
        for topic in engine.allTopics {
            check(topic.pointee.references == topics[topic] ?? 0, "references to a topic")
            check(topic.pointee.references > 0 || topic.pointee.count > 0, "a topic of nobody")
        }
    }
}
