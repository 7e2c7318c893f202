import CBackstage
import Testing

@testable import BackstageCore

extension Engine {
    private var queuedEverywhere: [Envelope] { livingActors.flatMap(\.queue) }

    /// Blocks and topics are referred to by the messages that carry them, and by nothing else. What a
    /// test holds itself it has to release before.
    func expectReferences() {
        var blocks: [Block: Int] = [:]
        var topics: [Topic: Int] = [:]
        for message in queuedEverywhere {
            if message.pointee.reserved & Carries.block != 0 { blocks[message.block, default: 0] += 1 }
            if message.pointee.reserved & Carries.topic != 0 { topics[message.topic, default: 0] += 1 }
        }
        for (block, count) in blocks {
            #expect(block.pointee.references.load(ordering: .relaxed) == count)
        }
        for topic in allTopics {
            #expect(topic.pointee.references == topics[topic] ?? 0)
            #expect(topic.pointee.references > 0 || topic.pointee.count > 0)
        }
    }

    var allPublishers: [UnsafeMutablePointer<Publisher>] {
        var all: [UnsafeMutablePointer<Publisher>] = []
        pointee.publishers.forEach { all.append($0) }
        return all
    }

    var allTopics: [Topic] { allPublishers.flatMap { topics(of: $0) } }

    private func topics(of publisher: UnsafeMutablePointer<Publisher>) -> [Topic] {
        (publisher.pointee.defaultTopic.map { [$0] } ?? []) + walk(publisher.pointee.named)
            + walk(publisher.pointee.patterns)
    }

    private func walk(_ first: Topic?) -> [Topic] {
        var found: [Topic] = []
        var topic = first
        while let this = topic, found.count < 100_000 {
            #expect(this.pointee.previous == found.last)
            found.append(this)
            topic = this.pointee.next
        }
        return found
    }

    func expectTopics() {
        for publisher in allPublishers {
            let topics = topics(of: publisher)
            #expect(publisher.pointee.topicCount == topics.count && !topics.isEmpty)
            for topic in topics { #expect(topic.pointee.publisher == publisher) }
            let id = UnsafeRawPointer(publisher.pointee.id).assumingMemoryBound(to: CChar.self)
            let owner = name(id).flatMap { actor(named: $0) }
            #expect(publisher.pointee.actor == owner)
            if let owner { #expect(owner.details.pointee.extras?.pointee.publisher == publisher) }
        }
        #expect(pointee.topics.count == allTopics.filter { $0.pointee.kind != .main }.count)
        expectSubscriptions()
    }

    /// A subscription is on its topic's list, at its place, and on its subscriber's.
    private func expectSubscriptions() {
        var count = 0
        for topic in allTopics {
            #expect(topic.pointee.count <= topic.pointee.room)
            for place in 0..<topic.pointee.count {
                let subscription = topic.pointee.subscriptions![place]
                #expect(subscription.pointee.place == place)
                #expect(subscription.pointee.topic == topic)
                #expect(subscription.pointee.subscriber == topic.pointee.subscribers![place])
                #expect(subscription.pointee.subscriber.isLiving)
                count += 1
            }
        }
        #expect(pointee.subscriptions.count == count)
        #expect(livingActors.reduce(0) { $0 + $1.subscriptions.count } == count)
    }
}

extension Actor {
    var subscriptions: [UnsafeMutablePointer<Subscription>] {
        var found: [UnsafeMutablePointer<Subscription>] = []
        var subscription = details.pointee.extras?.pointee.subscriptions
        while let this = subscription, found.count < 100_000 {
            #expect(this.pointee.subscriber == self)
            #expect(this.pointee.previous == found.last)
            found.append(this)
            subscription = this.pointee.next
        }
        return found
    }
}
