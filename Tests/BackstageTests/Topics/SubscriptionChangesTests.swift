import Backstage
import Testing

/// Notes who subscribes to it.
private struct Publisher: Actor {
    static var options: ActorOptions { ActorOptions(seesSubscriptions: true) }
    let changes: Notes<SubscriptionChange>
    func receive(_ message: Int, _ context: Context<Int>) {}
    func subscriptionChanged(_ change: SubscriptionChange, _ context: Context<Int>) { changes.add(change) }
}

private enum Listing: Sendable { case on(String?), off(String?) }

private func spawnSubscriber(_ rig: Rig) throws -> ActorRef<Listing> {
    func topic(_ name: String?) -> Topic<String> { name.map { Topic($0, of: "paper") } ?? Topic(of: "paper") }
    return try rig.engine.spawn { (message: Listing, context) in
        switch message {
        case .on(let name): try context.subscribe(to: topic(name)) { _ in .on(nil) }
        case .off(let name): try context.unsubscribe(from: topic(name))
        }
    }
}

@Suite struct SubscriptionChangesTests {
    let changes = Notes<SubscriptionChange>()

    @Test func aPublisherIsToldOfEachBeginningAndEnd() throws {
        let changes = self.changes
        try withRig { rig in
            try rig.engine.spawn("paper") { Publisher(changes: changes) }
            let reader = try spawnSubscriber(rig)
            try reader.send(.on(nil))
            try reader.send(.on("sports.*"))
            try reader.send(.off(nil))
            try rig.settle()
            #expect(changes.all.map(\.topic) == [nil, "sports.*", nil])
            #expect(changes.all.map(\.begins) == [true, true, false])
            #expect(changes.all.allSatisfy { $0.subscriber == reader.erased })
            try reader.stop()
            try rig.settle()
            #expect(changes.all.last?.topic == "sports.*")
            #expect(changes.all.last?.begins == false)
        }
    }

    @Test func thoseMadeBeforeItWasSpawnedComeFirst() throws {
        let changes = self.changes
        try withRig { rig in
            let reader = try spawnSubscriber(rig)
            try reader.send(.on("early"))
            try rig.settle()
            try rig.engine.spawn("paper") { Publisher(changes: changes) }
            try reader.send(.on("late"))
            try rig.settle()
            #expect(changes.all.map(\.topic) == ["early", "late"])
        }
    }

    @Test func toSubscribeAgainTellsNothing() throws {
        let changes = self.changes
        try withRig { rig in
            try rig.engine.spawn("paper") { Publisher(changes: changes) }
            let reader = try spawnSubscriber(rig)
            try reader.send(.on("x"))
            try reader.send(.on("x"))
            try rig.settle()
            #expect(changes.count == 1)
        }
    }

    @Test func whoDidNotAskIsNotTold() throws {
        let changes = self.changes
        try withRig { rig in
            try rig.engine.spawn("paper", options: ActorOptions()) { Publisher(changes: changes) }
            try spawnSubscriber(rig).send(.on("x"))
            try rig.settle()
            #expect(changes.count == 0)
        }
    }

    @Test func aHookThatThrowsIsAFailure() throws {
        struct Grumpy: Actor {
            func receive(_ message: Int, _ context: Context<Int>) {}
            func subscriptionChanged(_ change: SubscriptionChange, _ context: Context<Int>) throws {
                throw Oops()
            }
        }
        try withRig { rig in
            try rig.engine.spawn("paper", options: ActorOptions(seesSubscriptions: true)) { Grumpy() }
            try spawnSubscriber(rig).send(.on("x"))
            try rig.settle()
            #expect(rig.lines.count == 1)
            expect(.notFound) { _ = try rig.engine.find("paper") }
        }
    }
}
