import CBackstage
import CLibev

/// What to publish.
package enum Publication {
    case bytes(UnsafeRawPointer?, Int)
    /// Handed over: on `ok` the caller's reference is the engine's.
    case block(Block)
    case value(Value)
}

extension Actor {
    @inline(__always)
    package func publish(
        _ topic: TopicArgument, _ publication: Publication, _ receivers: UnsafeMutablePointer<UInt32>?
    ) -> Status {
        let status = check()
        return status == .ok ? pointee.engine.publish(as: self, topic, publication, receivers) : status
    }
}

extension Engine {
    @inline(__always)
    func publish(
        as actor: Actor, _ topic: TopicArgument, _ publication: Publication,
        _ receivers: UnsafeMutablePointer<UInt32>?
    ) -> Status {
        var hasForeign = false
        return publish(as: actor, topic, publication, receivers, to: .everybody, &hasForeign)
    }

    /// The same to a part of the subscribers; whether there are foreign ones that are left out.
    @inline(__always)
    func publish(
        as actor: Actor, _ topic: TopicArgument, _ publication: Publication,
        _ receivers: UnsafeMutablePointer<UInt32>?, to audience: Audience, _ hasForeign: inout Bool
    ) -> Status {
        guard let (name, form) = topicName(topic), form == .name else { return topic.error }
        if actor.pointee.flags.has(.ending), pointee.departing != actor { return .ending }
        let status = compose(publication, from: actor.ref)
        if status != .ok { return status }
        guard let count = publishOutbox(as: actor, name, audience, &hasForeign) else {
            takeBack(publication)
            return .noMemory
        }
        receivers?.pointee = count
        return .ok
    }

    @inline(__always)
    private func compose(_ publication: Publication, from sender: backstage_ref) -> Status {
        switch publication {
        case .bytes(let payload, let size): return compose(MessageType.publish, from: sender, payload, size)
        case .block(let block):
            if block.pointee.shared != pointee.sharedBlocks { return .otherEngine }
            compose(MessageType.publish, from: sender, block)
            return .ok
        case .value(let value): return compose(MessageType.publish, from: sender, value, isShared: true)
        }
    }

    /// It was not published: what was handed over is the caller's again.
    private func takeBack(_ publication: Publication) {
        switch publication {
        case .block: break
        case .value: disown(pointee.outbox)
        case .bytes: discard(pointee.outbox)
        }
    }

    /// How many queued it; nil without memory, when nobody knows.
    @inline(never)
    private func publishOutbox(
        as actor: Actor, _ name: Name?, _ audience: Audience, _ hasForeign: inout Bool
    ) -> UInt32? {
        let message = pointee.outbox
        guard let publisher = actor.details.pointee.extras?.pointee.publisher else {
            discard(message)
            return 0
        }
        let hasPatterns = publisher.pointee.patterns != nil
        guard
            let topic = hasPatterns ? useTopic(publisher, name, .name) : topicInUse(publisher, name)
        else {
            if hasPatterns { return nil }
            discard(message)
            return 0
        }
        let count = fanOut(message, topic, audience, &hasForeign)
        // Most carry nothing but their topic.
        if message.pointee.reserved == Carries.topic { release(topic) } else { discard(message) }
        return count
    }

    /// A topic with one reference more, if there is one.
    private func topicInUse(_ publisher: UnsafeMutablePointer<Publisher>, _ name: Name?) -> Topic? {
        guard let topic = topic(publisher, name) else { return nil }
        topic.pointee.references &+= 1
        return topic
    }

    /// Gives the message to all who are subscribed to its topic, or to a pattern that it matches; it
    /// carries the caller's reference to the topic. How many queued it.
    private func fanOut(
        _ message: Envelope, _ topic: Topic, _ audience: Audience, _ hasForeign: inout Bool
    ) -> UInt32 {
        message.pointee.token = UInt64(UInt(bitPattern: topic))
        message.pointee.reserved |= Carries.topic
        var count: UInt32 = 0
        let publisher = topic.pointee.publisher
        guard let name = topic.pointee.name, publisher.pointee.patterns != nil else {
            if audience == .everybody {
                give(message, to: topic, &count)
            } else {
                give(message, to: topic, audience, &hasForeign, &count)
            }
            return count
        }
        pointee.publishStamp += 1
        giveOnce(message, to: topic, audience, &hasForeign, &count)
        var pattern = publisher.pointee.patterns
        while let this = pattern {
            pattern = this.pointee.next
            if matches(this.pointee.name.unsafelyUnwrapped, name) {
                giveOnce(message, to: this, audience, &hasForeign, &count)
            }
        }
        return count
    }

    @inline(__always)
    private func give(_ message: Envelope, to topic: Topic, _ count: inout UInt32) {
        let subscribers = topic.pointee.subscribers
        let number = topic.pointee.count
        // One alone is not worth a round.
        if number > 1, let queued = beginRound(message, topic) {
            count = queued
            return
        }
        retain(message, number)
        for place in 0..<number where deliverPublication(message, subscribers.unsafelyUnwrapped[place]) {
            count += 1
        }
    }

    /// The same to a part of them.
    @inline(never)
    private func give(
        _ message: Envelope, to topic: Topic, _ audience: Audience, _ hasForeign: inout Bool,
        _ count: inout UInt32
    ) {
        for place in 0..<topic.pointee.count {
            let actor = topic.pointee.subscribers.unsafelyUnwrapped[place]
            guard isPart(actor, of: audience, &hasForeign) else { continue }
            retain(message, 1)
            if deliverPublication(message, actor) { count += 1 }
        }
    }

    /// Whether an actor is part of the audience. Foreign ones that are not are noted.
    @inline(__always)
    func isPart(_ actor: Actor, of audience: Audience, _ hasForeign: inout Bool) -> Bool {
        switch audience {
        case .everybody: return true
        case .foreign: return !isNative(actor)
        case .native:
            if isNative(actor) { return true }
            hasForeign = true
            return false
        }
    }

    /// The same, leaving out those who have had it by another subscription.
    private func giveOnce(
        _ message: Envelope, to topic: Topic, _ audience: Audience, _ hasForeign: inout Bool,
        _ count: inout UInt32
    ) {
        for place in 0..<topic.pointee.count {
            let actor = topic.pointee.subscribers.unsafelyUnwrapped[place]
            guard isPart(actor, of: audience, &hasForeign) else { continue }
            let extras = actor.details.pointee.extras.unsafelyUnwrapped
            if extras.pointee.publishStamp == pointee.publishStamp { continue }
            extras.pointee.publishStamp = pointee.publishStamp
            retain(message, 1)
            if deliverPublication(message, actor) { count += 1 }
        }
    }

    /// One reference for each of the copies to come.
    @inline(__always)
    func retain(_ message: Envelope, _ copies: Int) {
        message.topic.pointee.references &+= copies
        if message.pointee.reserved & Carries.block != 0 { message.block.retain(copies) }
    }

    /// An actor that is ending gets nothing, and that is no dead letter: it no longer subscribes.
    @inline(__always)
    func deliverPublication(_ message: Envelope, _ actor: Actor) -> Bool {
        if actor.pointee.flags.has(.refusing), actor.refusal(of: message.pointee.sender) != .ok {
            forgo(message)
            return false
        }
        return deliverOrBury(message, to: actor)
    }

    /// Gives back the references of a copy that was not made.
    private func forgo(_ message: Envelope) {
        message.topic.pointee.references -= 1
        if message.pointee.reserved & Carries.block != 0 { release(message.block) }
    }
}
