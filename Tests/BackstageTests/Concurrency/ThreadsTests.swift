import Backstage
import Testing

// Calls from other threads than the engine's.

@Suite struct ThreadsTests {
    @Test func whatManyThreadsSendIsHandledOnceEachInTheirOrder() throws {
        struct Tagged: Sendable { let thread: Int, number: Int, text: String }
        let (threads, count) = (8, 2000)
        var last = [Int](repeating: -1, count: threads)
        var handled = 0
        try withRig(EngineOptions()) { rig in
            let ref = try rig.engine.spawn { (message: Tagged, context) in
                #expect(message.number == last[message.thread] + 1)
                #expect(message.text == "text of \(message.number) on the heap, surely")
                last[message.thread] = message.number
                handled += 1
                if handled == threads * count { context.engine.stop() }
            }
            let senders = (0..<threads).map { thread in
                TestThread {
                    for number in 0..<count {
                        let text = "text of \(number) on the heap, surely"
                        while true {
                            do throws(BackstageError) {
                                try ref.send(Tagged(thread: thread, number: number, text: text))
                                break
                            } catch {
                                if error != .queueFull {
                                    Issue.record(error)
                                    return
                                }
                            }
                        }
                    }
                }
            }
            try rig.engine.run()
            for sender in senders { sender.join() }
            #expect(handled == threads * count)
            #expect(rig.letters.count == 0)
        }
    }

    @Test func whatManyTasksSendIsHandledOnceEach() async throws {
        try await withStarted { engine in
            let done = Promise<Int>()
            let ref = try await engine.perform { engine in
                var sum = 0
                var count = 0
                return try engine.spawn(options: ActorOptions(capacity: 100_000)) { (message: Int, context) in
                    sum += message
                    count += 1
                    if count == 10_000 { done.give(sum) }
                }
            }
            await withTaskGroup(of: Void.self) { group in
                for task in 0..<100 {
                    group.addTask {
                        for number in 0..<100 {
                            while true {
                                do throws(BackstageError) {
                                    try ref.send(task * 100 + number)
                                    break
                                } catch {
                                    if error != .queueFull {
                                        Issue.record(error)
                                        return
                                    }
                                    await Task.yield()
                                }
                            }
                        }
                    }
                }
            }
            #expect(await done.value == (0..<10_000).reduce(0, +))
        }
    }

    @Test func moreThanTheEngineTakesFromOtherThreadsIsQueueFull() throws {
        try withRig(EngineOptions(clock: .virtual, remoteCapacity: 4)) { rig in
            let ref = try rig.engine.spawn { (message: String, context) in }
            let accepted = Notes<Int>()
            let engine = rig.engine
            onAnotherThread {
                for number in 0..<10 {
                    do throws(BackstageError) {
                        try ref.send("number \(number) is a text on the heap")
                        accepted.add(number)
                    } catch {
                        if error != .queueFull { Issue.record(error) }
                    }
                }
                expect(.queueFull) { try ref.stop() }
                expect(.queueFull) { try engine.broadcast("x") }
            }
            #expect((1..<10).contains(accepted.count))
            try rig.settle()
            #expect(try rig.engine.statistics().handled == accepted.count)
        }
    }

    @Test func toNobodyItIsADeadLetter() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: String, context) in }
            try ref.stop()
            try rig.settle()
            onAnotherThread { #expect(throws: Never.self) { try ref.send("lost") } }
            try rig.settle()
            #expect(rig.reasons == [.notFound])
            #expect(rig.letters.all[0].text == "lost")
        }
    }

    @Test func broadcastsPublicationsAndEndsFromAnotherThread() throws {
        try withRig { rig in
            var got: [String] = []
            let topic = Topic<String>("x", of: "paper")
            try rig.engine.spawn("paper") { (message: Int, context) in }
            let ref = try rig.engine.spawn { (message: String, context) in
                if message == "subscribe" { return try context.subscribe(to: topic) }
                got.append(message)
            }
            let victim = try rig.engine.spawn { (message: Int, context) in got.append("victim") }
            let poisoned = try rig.engine.spawn { (message: Double, context) in got.append("poisoned") }
            try ref.send("subscribe")
            try rig.settle()
            let engine = rig.engine
            onAnotherThread {
                #expect(throws: Never.self) {
                    let broadcast = try engine.broadcast("broadcast")
                    let published = try engine.publish("published", on: topic)
                    #expect((broadcast, published) == (0, 0))
                    try poisoned.send(1.5)
                    try poisoned.poison()
                    try victim.stop()
                    try ref.drain()
                }
            }
            try rig.settle()
            #expect(
                got == ["broadcast", "published", "poisoned"]
                    || got == ["poisoned", "broadcast", "published"])
            #expect(try rig.engine.actors().count == 1)
        }
    }

    @Test func answersFromAnotherThread() throws {
        try withRig { rig in
            let kept = Notes<ReplyTo<String>>()
            var answers: [String] = []
            let keeper = try rig.engine.spawn { (reply: ReplyTo<String>, context) in kept.add(reply) }
            let asker = try rig.engine.spawn { (message: Int, context) in
                try context.request(
                    keeper, { $0 }, perform: { result, _ in answers.append(try result.get()) })
            }
            try asker.send(1)
            try rig.settle()
            onAnotherThread { #expect(throws: Never.self) { try kept.all[0].send("from afar") } }
            try rig.settle()
            #expect(answers == ["from afar"])
        }
    }

    @Test func requestAndWaitFromAnotherThread() throws {
        let engine = try Engine()
        let echo = try engine.spawn { (reply: ReplyTo<String>, context) in try reply.send("answer") }
        let failing = try engine.spawn { (reply: ReplyTo<String>, context) in throw Oops() }
        let silent = try engine.spawn { (reply: ReplyTo<String>, context) in }
        try engine.start()
        #expect(try echo.requestAndWait { $0 } == "answer")
        expect(.stopped) { let _: String = try failing.requestAndWait { $0 } }
        expect(.timeout) { let _: String = try silent.requestAndWait(timeout: .milliseconds(1)) { $0 } }
        // It may begin just as the engine ends.
        let waiting = TestThread {
            let error = #expect(throws: BackstageError.self) { try silent.requestAndWait { $0 } as String }
            #expect(error == .closed || error == .ending)
        }
        try engine.close()
        waiting.join()
    }

    @Test func enginesOnSeveralThreadsSendEachOther() throws {
        let engines = try (0..<4).map { _ in try Engine() }
        let laps = 500
        let refs = Notes<ActorRef<Int>>()
        for (index, engine) in engines.enumerated() {
            refs.add(
                try engine.spawn { (message: Int, context) in
                    if message == 0 {
                        for engine in engines { engine.stop() }
                    } else {
                        try refs.all[(index + 1) % 4].send(message - 1)
                    }
                })
        }
        for engine in engines { try engine.start() }
        try refs.all[0].send(4 * laps)
        for engine in engines { try engine.join() }
        for engine in engines {
            try engine.close()
            let statistics = try engine.statistics()
            #expect(statistics.handled >= laps)
            #expect(statistics.dead == 0)
        }
    }
}
