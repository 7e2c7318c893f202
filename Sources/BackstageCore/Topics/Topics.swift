import CBackstage
import CLibev

/// What is subscribed to under one id, whether or not an actor has it now. Exists while it has
/// topics.
struct Publisher {
    var id: UnsafeMutablePointer<UInt8>
    var hash: UInt32
    /// Who publishes, while alive.
    var actor: Actor?
    var defaultTopic: Topic?
    // Linked by `next`.
    var patterns: Topic?
    var named: Topic?
    var topicCount: Int
}

/// A topic of a publisher: the default one, a named one, or a pattern for names. Exists while it has
/// subscribers, or messages carry it.
typealias Topic = UnsafeMutablePointer<TopicRecord>

enum TopicKind { case main, named, pattern }

struct TopicRecord {
    var publisher: UnsafeMutablePointer<Publisher>
    /// NUL-terminated; nil for the default topic.
    var name: UnsafeMutablePointer<UInt8>?
    var hash: UInt32
    var kind: TopicKind
    /// Messages that carry it, and whoever is using it just now.
    var references: Int
    /// Those subscribed, side by side for publishing, and their subscriptions in the same order.
    var subscribers: UnsafeMutablePointer<Actor>?
    var subscriptions: UnsafeMutablePointer<UnsafeMutablePointer<Subscription>>?
    var count: Int
    var room: Int
    // Among the patterns, or the named topics, of the publisher.
    var next: Topic?
    var previous: Topic?
}

extension Engine {
    func publisher(_ id: Name) -> UnsafeMutablePointer<Publisher>? {
        pointee.publishers.find(id.hash) { id.isEqual(to: $0.pointee.id) }
    }

    /// The publisher of an id, made if there is none; nil without memory.
    func makePublisher(_ id: Name) -> UnsafeMutablePointer<Publisher>? {
        if let publisher = publisher(id) { return publisher }
        let actor = actor(named: id)
        var extras: UnsafeMutablePointer<ActorExtras>?
        if let actor {
            extras = actor.makeExtras()
            if extras == nil { return nil }
        }
        guard pointee.publishers.reserve(in: self), let copy = copy(id) else { return nil }
        guard let publisher = make(Publisher.self) else {
            destroyName(copy)
            return nil
        }
        publisher.initialize(
            to: Publisher(
                id: copy, hash: id.hash, actor: actor, defaultTopic: nil, patterns: nil, named: nil,
                topicCount: 0))
        pointee.publishers.insert(id.hash, publisher)
        extras?.pointee.publisher = publisher
        return publisher
    }

    func releaseIfUnused(_ publisher: UnsafeMutablePointer<Publisher>) {
        if publisher.pointee.topicCount > 0 { return }
        publisher.pointee.actor?.details.pointee.extras?.pointee.publisher = nil
        pointee.publishers.remove(publisher.pointee.hash) { $0 == publisher }
        destroyName(publisher.pointee.id)
        destroy(publisher)
    }

    /// Topics are found by publisher and name together.
    private func topicHash(_ publisher: UnsafeMutablePointer<Publisher>, _ name: Name?) -> UInt32 {
        publisher.pointee.hash &* 0x9E37_79B1 ^ (name?.hash ?? 0)
    }

    @inline(__always)
    func topic(_ publisher: UnsafeMutablePointer<Publisher>, _ name: Name?) -> Topic? {
        guard let name else { return publisher.pointee.defaultTopic }
        return topic(publisher, named: name)
    }

    private func topic(_ publisher: UnsafeMutablePointer<Publisher>, named name: Name) -> Topic? {
        pointee.topics.find(topicHash(publisher, name)) {
            $0.pointee.publisher == publisher && name.isEqual(to: $0.pointee.name.unsafelyUnwrapped)
        }
    }

    /// A topic with one reference more, made if there is none; nil without memory.
    func useTopic(_ publisher: UnsafeMutablePointer<Publisher>, _ name: Name?, _ form: TopicForm) -> Topic? {
        if let topic = topic(publisher, name) {
            topic.pointee.references += 1
            return topic
        }
        var copy: UnsafeMutablePointer<UInt8>?
        if let name {
            guard pointee.topics.reserve(in: self) else { return nil }
            copy = self.copy(name)
            if copy == nil { return nil }
        }
        guard let topic = make(TopicRecord.self) else {
            if let copy { destroyName(copy) }
            return nil
        }
        let kind = name == nil ? TopicKind.main : form == .pattern ? .pattern : .named
        topic.initialize(
            to: TopicRecord(
                publisher: publisher, name: copy, hash: topicHash(publisher, name), kind: kind, references: 1,
                subscribers: nil, subscriptions: nil, count: 0, room: 0, next: nil, previous: nil))
        enlist(topic)
        return topic
    }

    private func enlist(_ topic: Topic) {
        let publisher = topic.pointee.publisher
        publisher.pointee.topicCount += 1
        if topic.pointee.kind == .main {
            publisher.pointee.defaultTopic = topic
            return
        }
        pointee.topics.insert(topic.pointee.hash, topic)
        let list = topic.pointee.kind == .pattern ? publisher.pointee.patterns : publisher.pointee.named
        topic.pointee.next = list
        list?.pointee.previous = topic
        setFirst(topic, of: publisher, topic.pointee.kind)
    }

    private func setFirst(_ topic: Topic?, of publisher: UnsafeMutablePointer<Publisher>, _ kind: TopicKind) {
        if kind == .pattern { publisher.pointee.patterns = topic } else { publisher.pointee.named = topic }
    }

    /// Gives a reference back. What nobody uses or subscribes to goes, and its publisher after it.
    @inline(__always) func release(_ topic: Topic) {
        topic.pointee.references &-= 1
        if topic.pointee.references == 0 { releaseIfUnused(topic) }
    }

    @inline(never) private func releaseIfUnused(_ topic: Topic) {
        if topic.pointee.count > 0 { return }
        let publisher = topic.pointee.publisher
        delist(topic)
        releaseSubscribers(topic)
        if let name = topic.pointee.name { destroyName(name) }
        destroy(topic)
        releaseIfUnused(publisher)
    }

    private func delist(_ topic: Topic) {
        let publisher = topic.pointee.publisher
        publisher.pointee.topicCount -= 1
        if topic.pointee.kind == .main {
            publisher.pointee.defaultTopic = nil
            return
        }
        pointee.topics.remove(topic.pointee.hash) { $0 == topic }
        topic.pointee.next?.pointee.previous = topic.pointee.previous
        if let previous = topic.pointee.previous {
            previous.pointee.next = topic.pointee.next
        } else {
            setFirst(topic.pointee.next, of: publisher, topic.pointee.kind)
        }
    }
}

/// The topic of a publication, "" for the default one; nil for other messages.
package func topicName(of message: UnsafePointer<backstage_envelope>) -> UnsafePointer<CChar>? {
    let message = Envelope(mutating: message)
    guard message.pointee.type == MessageType.publish else { return nil }
    guard message.pointee.reserved & Carries.topic != 0, let name = message.topic.pointee.name else {
        return noName
    }
    return UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self)
}
