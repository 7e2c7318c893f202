import CBackstage
import Testing

struct TopicStoryTests {
    @Test func whatIsPublishedReachesItsSubscribers() throws {
        let stage = try Stage()
        let reader = Role()
        var topics: [String] = []
        reader.onReceive = { _, envelope in
            topics.append(String(cString: backstage_envelope_topic(envelope)))
            return ok
        }
        let context = try stage.context(try stage.spawn(reader))
        // Before the publisher exists.
        #expect(backstage_subscribe(context, "paper") == ok)
        #expect(backstage_subscribe_to_topic(context, "paper", "sports.*") == ok)
        let paper = try stage.spawn(Role(), id: "paper")
        let publisher = try stage.context(paper)
        var receivers: UInt32 = 9
        #expect(backstage_publish(publisher, "all", 3, &receivers) == ok)
        #expect(receivers == 1)
        #expect(backstage_publish_to_topic(publisher, "sports.chess", "e4", 2, &receivers) == ok)
        #expect(receivers == 1)
        #expect(backstage_publish_to_topic(publisher, "weather", "rain", 4, &receivers) == ok)
        #expect(receivers == 0)
        #expect(backstage_engine_publish(stage.engine, paper, "sports.go", "D4", 2) == ok)
        #expect(backstage_engine_publish(stage.engine, paper, nil, "more", 4) == ok)
        #expect(stage.run() == ok)
        #expect(reader.texts == ["all", "e4", "D4", "more"])
        #expect(topics == ["", "sports.chess", "sports.go", ""])
        #expect(reader.seen.allSatisfy { $0.sender == paper && $0.type == BACKSTAGE_PUBLISH })

        #expect(backstage_unsubscribe(context, "paper") == ok)
        #expect(backstage_unsubscribe_from_topic(context, "paper", "sports.*") == ok)
        #expect(backstage_publish(publisher, "all", 3, &receivers) == ok)
        #expect(receivers == 0)
        #expect(backstage_unsubscribe(context, "paper") == backstage_status(BACKSTAGE_NOT_SUBSCRIBED))
    }

    @Test func onlyAPublicationHasATopic() throws {
        let stage = try Stage()
        let role = Role()
        var hasTopic: [Bool] = []
        role.onReceive = { _, envelope in
            hasTopic.append(backstage_envelope_topic(envelope) != nil)
            return ok
        }
        let actor = try stage.spawn(role)
        #expect(backstage_engine_send(stage.engine, actor, "x", 1) == ok)
        #expect(stage.run() == ok)
        #expect(hasTopic == [false])
        #expect(backstage_envelope_topic(nil) == nil)
    }
}
