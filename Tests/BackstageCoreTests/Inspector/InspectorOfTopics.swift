import CBackstage

@testable import BackstageCore

extension Inspector {
    /// Publishers have topics, and know the actor of their id.
    func checkTopics() {
        for publisher in engine.allPublishers {
            let topics = engine.topics(of: publisher)
            check(publisher.pointee.topicCount == topics.count && !topics.isEmpty, "the count of topics")
            check(topics.allSatisfy { $0.pointee.publisher == publisher }, "a topic of another")
            checkLinks(engine.list(publisher.pointee.named)) { $0.pointee.previous }
            checkLinks(engine.list(publisher.pointee.patterns)) { $0.pointee.previous }
            let id = UnsafeRawPointer(publisher.pointee.id).assumingMemoryBound(to: CChar.self)
            let owner = engine.name(id).flatMap { engine.actor(named: $0) }
            check(publisher.pointee.actor == owner, "who publishes as \(String(cString: id))")
            let known = owner?.details.pointee.extras?.pointee.publisher
            check(owner == nil || known == publisher, "\(String(cString: id)) does not know its topics")
        }
        let found = engine.allTopics.count { $0.pointee.kind != .main }
        check(engine.pointee.topics.count == found, "the count of named topics")
    }

    /// A subscription is on its topic's list, at its place, and on its subscriber's.
    func checkSubscriptions() {
        var count = 0
        for topic in engine.allTopics {
            check(topic.pointee.count <= topic.pointee.room, "a topic has no room for its subscribers")
            for place in 0..<topic.pointee.count {
                let subscription = topic.pointee.subscriptions![place]
                let subscriber = subscription.pointee.subscriber
                let isThere = subscription.pointee.place == place && subscription.pointee.topic == topic
                check(isThere && subscriber == topic.pointee.subscribers![place], "a subscription's place")
                check(subscriber.isLiving, "somebody dead subscribes")
                count += 1
            }
        }
        check(engine.pointee.subscriptions.count == count, "the count of subscriptions")
        for actor in actors {
            checkLinks(actor.subscriptions) { $0.pointee.previous }
            check(
                actor.subscriptions.allSatisfy { $0.pointee.subscriber == actor }, "a subscription of another"
            )
            count -= actor.subscriptions.count
        }
        check(count == 0, "a subscription is on one list and not on the other")
    }
}
