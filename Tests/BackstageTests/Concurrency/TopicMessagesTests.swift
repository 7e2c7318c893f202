import Backstage
import Testing

private let news = Topic<String>("news", of: "paper")

@Suite struct TopicMessagesTests {
    private func makeEngine() throws -> Engine {
        let engine = try Engine(EngineOptions(clock: .virtual))
        try engine.spawn("paper") { (message: Int, context) in }
        try engine.run(.untilIdle)
        return engine
    }

    private func collect(_ messages: TopicMessages<String>) async -> [String] {
        var all: [String] = []
        for await message in messages { all.append(message) }
        return all
    }

    @Test func whatIsPublishedFromNowOnComesInOrderAndEndsWithTheEngine() async throws {
        let engine = try makeEngine()
        try engine.publish("before", on: news)
        let messages = try engine.messages(of: news)
        for number in 1...3 { try engine.publish("\(number)", on: news) }
        try engine.run(.untilIdle)
        try engine.publish("4", on: news)
        try engine.run(.untilIdle)
        try engine.close()
        #expect(await collect(messages) == ["1", "2", "3", "4"])
    }

    @Test func fromAnotherThreadInOrderWithWhatThatSends() async throws {
        try await withStarted { engine in
            try await engine.perform { try $0.spawn("paper") { (message: Int, context) in } }
            let messages = try engine.messages(of: news)
            for number in 1...3 { try engine.publish("\(number)", on: news) }
            var got: [String] = []
            for await message in messages {
                got.append(message)
                if got.count == 3 { break }
            }
            #expect(got == ["1", "2", "3"])
        }
    }

    @Test func theNewestOfAFullBuffer() async throws {
        let engine = try makeEngine()
        let messages = try engine.messages(of: news, buffering: .newest(2))
        try engine.run(.untilIdle)
        for number in 1...5 { try engine.publish("\(number)", on: news) }
        try engine.run(.untilIdle)
        try engine.close()
        #expect(await collect(messages) == ["4", "5"])
    }

    @Test func theOldestOfAFullBuffer() async throws {
        let engine = try makeEngine()
        let messages = try engine.messages(of: news, buffering: .oldest(2))
        try engine.run(.untilIdle)
        for number in 1...5 { try engine.publish("\(number)", on: news) }
        try engine.run(.untilIdle)
        try engine.close()
        #expect(await collect(messages) == ["1", "2"])
    }

    @Test func patternsToo() async throws {
        let engine = try makeEngine()
        let messages = try engine.messages(of: Topic<String>("a.*", of: "paper"))
        try engine.run(.untilIdle)
        for name in ["a.x", "b.x", "a.y", "a"] { try engine.publish(name, on: Topic(name, of: "paper")) }
        try engine.run(.untilIdle)
        try engine.close()
        #expect(await collect(messages) == ["a.x", "a.y"])
    }

    @Test func twoSequencesOfOneTopic() async throws {
        let engine = try makeEngine()
        let first = try engine.messages(of: news)
        let second = try engine.messages(of: news)
        try engine.run(.untilIdle)
        try engine.publish("x", on: news)
        try engine.run(.untilIdle)
        try engine.close()
        #expect(await collect(first) == ["x"])
        #expect(await collect(second) == ["x"])
    }

    @Test func aSequenceDroppedEndsItsSubscription() throws {
        let engine = try makeEngine()
        do {
            let messages = try engine.messages(of: news)
            try engine.run(.untilIdle)
            #expect(try engine.publish("x", on: news) == 1)
            try engine.run(.untilIdle)
            _ = messages
        }
        try engine.run(.untilIdle)
        #expect(try engine.publish("y", on: news) == 0)
        #expect(try engine.statistics().actors == 1)
        try engine.close()
    }

    @Test func oneDroppedAtOnceToo() throws {
        let engine = try makeEngine()
        _ = try engine.messages(of: news)
        try engine.run(.untilIdle)
        #expect(try engine.publish("y", on: news) == 0)
        #expect(try engine.statistics().actors == 1)
        try engine.close()
    }

    @Test func aTaskCancelledEndsItsSubscription() async throws {
        try await withStarted { engine in
            try await engine.perform { try $0.spawn("paper") { (message: Int, context) in } }
            let messages = try engine.messages(of: news)
            let first = Promise<String>()
            let task = Task {
                var count = 0
                for await message in messages {
                    first.give(message)
                    count += 1
                }
                return count
            }
            try engine.publish("x", on: news)
            #expect(await first.value == "x")
            task.cancel()
            #expect(await task.value == 1)
            try await engine.waitUntil { try $0.statistics().actors == 1 }
            #expect(try await engine.perform { try $0.publish("y", on: news) } == 0)
        }
    }

    @Test func aTaskThatWaitsIsWokenByTheEnd() async throws {
        let engine = try Engine()
        try engine.spawn("paper") { (message: Int, context) in }
        let messages = try engine.messages(of: news)
        try engine.start()
        let task = Task { await collect(messages) }
        try engine.close()
        #expect(await task.value.isEmpty)
    }

    @Test func whatIsRefused() throws {
        let engine = try makeEngine()
        expect(.invalidArgument) { _ = try engine.messages(of: news, buffering: .newest(0)) }
        expect(.invalidArgument) { _ = try engine.messages(of: news, buffering: .oldest(-1)) }
        expect(.invalidTopic) { _ = try engine.messages(of: Topic<String>("a..b", of: "paper")) }
        expect(.invalidID) { _ = try engine.messages(of: Topic<String>("a", of: "")) }
        try engine.run(.untilIdle)
        #expect(try engine.statistics().actors == 1)
        #expect(try engine.statistics().failures == 0)
        try engine.close()
        expect(.closed) { _ = try engine.messages(of: news) }
    }

    @Test func aPublicationOfAnotherTypeEndsIt() async throws {
        let engine = try makeEngine()
        let messages = try engine.messages(of: news)
        try engine.run(.untilIdle)
        try engine.publish("x", on: news)
        try engine.publish(7, on: Topic<Int>("news", of: "paper"))
        try engine.run(.untilIdle)
        #expect(await collect(messages) == ["x"])
    }
}
