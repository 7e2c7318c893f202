import CBackstage
import CLibev

/// One actor's subscription to one topic.
struct Subscription {
    var topic: Topic
    var subscriber: Actor
    /// Place among the topic's subscribers.
    var place: Int
    // Among the subscriber's.
    var next: UnsafeMutablePointer<Subscription>?
    var previous: UnsafeMutablePointer<Subscription>?
}

extension Actor {
    /// Subscribes to a publisher's default topic (`topic` is nil), or to a named one or a pattern.
    package func subscribe(_ publisherID: UnsafePointer<CChar>?, _ topic: TopicArgument) -> Status {
        let status = checkActive()
        if status != .ok { return status }
        let engine = pointee.engine
        guard let id = engine.name(publisherID) else {
            return publisherID == nil ? .invalidArgument : .invalidID
        }
        guard let (name, form) = engine.topicName(topic) else { return topic.error }
        if engine.subscription(self, id, name) != nil { return .exists }
        guard let extras = makeExtras(), let publisher = engine.makePublisher(id) else { return .noMemory }
        guard let topic = engine.useTopic(publisher, name, form) else {
            engine.releaseIfUnused(publisher)
            return .noMemory
        }
        let isMade = engine.makeSubscription(self, topic, extras)
        engine.release(topic)
        return isMade ? .ok : .noMemory
    }

    package func unsubscribe(_ publisherID: UnsafePointer<CChar>?, _ topic: TopicArgument) -> Status {
        let status = check()
        if status != .ok { return status }
        let engine = pointee.engine
        guard let id = engine.name(publisherID) else {
            return publisherID == nil ? .invalidArgument : .invalidID
        }
        guard let (name, _) = engine.topicName(topic) else { return topic.error }
        guard let subscription = engine.subscription(self, id, name) else { return .notSubscribed }
        engine.unsubscribe(subscription)
        return .ok
    }
}

/// Which topic a call is about.
package enum TopicArgument {
    case main
    case named(UnsafePointer<CChar>?)

    var error: Status {
        if case .named(nil) = self { return .invalidArgument }
        return .invalidTopic
    }
}

extension Engine {
    /// The name in an argument, nil within for the default topic; nil if it is not well formed.
    @inline(__always)
    func topicName(_ topic: TopicArgument) -> (Name?, TopicForm)? {
        guard case .named(let text) = topic else { return (nil, .name) }
        return topicName(text)
    }

    private func topicName(_ text: UnsafePointer<CChar>?) -> (Name?, TopicForm)? {
        guard let name = name(text), let form = name.topicForm else { return nil }
        return (name, form)
    }

    func subscription(_ subscriber: Actor, _ id: Name, _ name: Name?) -> UnsafeMutablePointer<Subscription>? {
        guard let publisher = publisher(id), let topic = topic(publisher, name) else { return nil }
        return pointee.subscriptions.find(subscriptionHash(topic, subscriber)) {
            $0.pointee.topic == topic && $0.pointee.subscriber == subscriber
        }
    }

    /// Places, not addresses, so that runs can be replayed.
    private func subscriptionHash(_ topic: Topic, _ subscriber: Actor) -> UInt32 {
        let mixed = UInt64(topic.pointee.hash) << 32 ^ UInt64(subscriber.index) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: mixed >> 32 ^ mixed)
    }

    /// False without memory.
    func makeSubscription(_ subscriber: Actor, _ topic: Topic, _ extras: UnsafeMutablePointer<ActorExtras>)
        -> Bool
    {
        guard pointee.subscriptions.reserve(in: self), makeRoom(in: topic),
            let subscription = make(Subscription.self)
        else { return false }
        guard tellPublisher(topic, MessageType.subscribe, subscriber) else {
            destroy(subscription)
            return false
        }
        subscription.initialize(
            to: Subscription(
                topic: topic, subscriber: subscriber, place: topic.pointee.count,
                next: extras.pointee.subscriptions, previous: nil))
        extras.pointee.subscriptions?.pointee.previous = subscription
        extras.pointee.subscriptions = subscription
        topic.pointee.subscribers.unsafelyUnwrapped[topic.pointee.count] = subscriber
        topic.pointee.subscriptions.unsafelyUnwrapped[topic.pointee.count] = subscription
        topic.pointee.count += 1
        pointee.subscriptions.insert(subscriptionHash(topic, subscriber), subscription)
        return true
    }

    func unsubscribe(_ subscription: UnsafeMutablePointer<Subscription>) {
        let topic = subscription.pointee.topic
        let subscriber = subscription.pointee.subscriber
        leaveRound(subscriber)
        topic.pointee.references += 1
        pointee.subscriptions.remove(subscriptionHash(topic, subscriber)) { $0 == subscription }
        // The last one takes the place that falls free.
        topic.pointee.count -= 1
        let last = topic.pointee.count
        let place = subscription.pointee.place
        let moved = topic.pointee.subscriptions.unsafelyUnwrapped[last]
        topic.pointee.subscribers.unsafelyUnwrapped[place] = moved.pointee.subscriber
        topic.pointee.subscriptions.unsafelyUnwrapped[place] = moved
        moved.pointee.place = place
        subscription.pointee.next?.pointee.previous = subscription.pointee.previous
        if let previous = subscription.pointee.previous {
            previous.pointee.next = subscription.pointee.next
        } else {
            subscriber.details.pointee.extras.unsafelyUnwrapped.pointee.subscriptions =
                subscription.pointee.next
        }
        destroy(subscription)
        _ = tellPublisher(topic, MessageType.unsubscribe, subscriber)
        release(topic)
    }

    private func makeRoom(in topic: Topic) -> Bool {
        if topic.pointee.count < topic.pointee.room { return true }
        let oldBytes = topic.pointee.room * MemoryLayout<Actor>.stride
        let room = max(8, topic.pointee.room * 2)
        let bytes = room * MemoryLayout<Actor>.stride
        guard let actors = allocate(bytes) else { return false }
        guard let subscriptions = allocate(bytes) else {
            deallocate(actors, bytes)
            return false
        }
        if let old = topic.pointee.subscribers { memcpy(actors, old, oldBytes) }
        if let old = topic.pointee.subscriptions { memcpy(subscriptions, old, oldBytes) }
        releaseSubscribers(topic)
        topic.pointee.subscribers = actors.assumingMemoryBound(to: Actor.self)
        topic.pointee.subscriptions = subscriptions.assumingMemoryBound(
            to: UnsafeMutablePointer<Subscription>.self)
        topic.pointee.room = room
        return true
    }

    func releaseSubscribers(_ topic: Topic) {
        let bytes = topic.pointee.room * MemoryLayout<Actor>.stride
        if let actors = topic.pointee.subscribers { deallocate(UnsafeMutableRawPointer(actors), bytes) }
        if let subscriptions = topic.pointee.subscriptions {
            deallocate(UnsafeMutableRawPointer(subscriptions), bytes)
        }
    }

    /// Tells a publisher that asked for it who came or went. False without memory.
    private func tellPublisher(_ topic: Topic, _ type: UInt16, _ subscriber: Actor) -> Bool {
        guard let actor = topic.pointee.publisher.pointee.actor,
            actor.details.pointee.marks.has(.seesSubscriptions),
            actor.refusal(of: subscriber.ref) == .ok
        else { return true }
        return tell(actor, type, topic, subscriber)
    }

    private func tell(_ actor: Actor, _ type: UInt16, _ topic: Topic, _ subscriber: Actor) -> Bool {
        let length = topic.pointee.name.map { strlen($0) } ?? 0
        guard compose(type, from: subscriber.ref, topic.pointee.name, length) == .ok else {
            logLine(UInt32(BACKSTAGE_LOG_WARNING), "no memory to tell a publisher of a subscription:", actor)
            return false
        }
        _ = deliverOrBury(pointee.outbox, to: actor)
        return true
    }

    /// Tells a newly born publisher of the subscriptions made before.
    func replaySubscriptions(to publisher: UnsafeMutablePointer<Publisher>) {
        guard let actor = publisher.pointee.actor else { return }
        if let topic = publisher.pointee.defaultTopic { replay(topic, to: actor) }
        replayAll(publisher.pointee.named, to: actor)
        replayAll(publisher.pointee.patterns, to: actor)
    }

    private func replayAll(_ first: Topic?, to actor: Actor) {
        var next = first
        while let topic = next {
            next = topic.pointee.next
            replay(topic, to: actor)
        }
    }

    private func replay(_ topic: Topic, to actor: Actor) {
        for place in 0..<topic.pointee.count {
            let subscriber = topic.pointee.subscriptions.unsafelyUnwrapped[place].pointee.subscriber
            _ = tell(actor, MessageType.subscribe, topic, subscriber)
        }
    }
}

extension Actor {
    /// The record of what is subscribed to, and whether that is a pattern; it stays as long as the
    /// subscription.
    package func subscribedTopic(_ publisherID: UnsafePointer<CChar>, _ topic: TopicArgument)
        -> (UnsafeRawPointer, Bool)?
    {
        let engine = pointee.engine
        guard let id = engine.name(publisherID), let (name, _) = engine.topicName(topic),
            let subscription = engine.subscription(self, id, name)
        else { return nil }
        let record = subscription.pointee.topic
        return (UnsafeRawPointer(record), record.pointee.kind == .pattern)
    }
}

extension Engine {
    /// Whether a publication is one that a pattern, subscribed to, is for.
    package func isMatch(_ message: Envelope, _ pattern: UnsafeRawPointer) -> Bool {
        let pattern = pattern.assumingMemoryBound(to: TopicRecord.self)
        let topic = message.topic
        guard let name = topic.pointee.name, topic.pointee.publisher == pattern.pointee.publisher else {
            return false
        }
        return matches(pattern.pointee.name.unsafelyUnwrapped, name)
    }
}
