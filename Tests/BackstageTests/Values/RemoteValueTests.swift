import Backstage
import Synchronization
import Testing

/// What becomes of messages that another thread sends.
struct RemoteValueTests {
    @Test(arguments: forms) func areHandledInOrder(_ form: Form) throws { try handled(form.type) }

    private func handled<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let (sink, make) = (try voyage.sink(), voyage.maker)
            try elsewhere {
                for number in 0..<20 { try sink.send(make(number)) }
            }
            #expect(voyage.census.alive == 20)
            #expect(try voyage.checkLedger().queued == 20)
            try voyage.settle()
            #expect(voyage.seen.all == Array(0..<20))
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func stayTheirSendersIfTheQueueIsFull(_ form: Form) throws { try full(form.type) }

    private func full<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type, EngineOptions(remoteCapacity: 4)) { voyage in
            let (sink, make) = (try voyage.sink(), voyage.maker)
            try elsewhere {
                for number in 0..<4 { try sink.send(make(number)) }
                let mine = make(9)
                for _ in 0..<3 { expect(.queueFull) { try sink.send(mine) } }
                #expect(mine.isWhole)
            }
            #expect(voyage.census.alive == 4)
            try voyage.settle()
            #expect(voyage.seen.all == [0, 1, 2, 3])
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func dieWithTheEngine(_ form: Form) throws { try closed(form.type) }

    private func closed<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let (sink, make) = (try voyage.sink(), voyage.maker)
            try elsewhere {
                for number in 0..<3 { try sink.send(make(number)) }
            }
            try voyage.close()
            #expect(voyage.dead.all == (0..<3).map { .init(.engineEnded, $0) })
            #expect(voyage.census.alive == 0)
            try elsewhere { expect(.closed) { try sink.send(make(9)) } }
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func dieIfTheirActorHasEndedMeanwhile(_ form: Form) throws { try late(form.type) }

    private func late<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let (sink, make) = (try voyage.sink(), voyage.maker)
            try sink.stop()
            try voyage.settle()
            try elsewhere {
                for number in 0..<3 { try sink.send(make(number)) }
            }
            try voyage.settle()
            #expect(voyage.dead.all == (0..<3).map { .init(.notFound, $0) })
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func dieForAnInboxThatIsStashedFull(_ form: Form) throws { try parked(form.type) }

    private func parked<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let make = voyage.maker
            let actor = try voyage.engine.spawn(options: ActorOptions(capacity: 2)) {
                (message: Message, context) in try context.stash()
            }
            for number in 0..<2 {
                try actor.send(voyage.cargo(number))
                try voyage.settle()
            }
            try elsewhere { try actor.send(make(2)) }
            try voyage.settle()
            #expect(voyage.dead.all == [.init(.inboxFull, 2)])
            #expect(voyage.census.alive == 2)
        }
    }

    @Test(arguments: forms) func areBroadcastAndPublished(_ form: Form) throws { try spread(form.type) }

    private func spread<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let (seen, make, engine) = (voyage.seen, voyage.maker, voyage.engine)
            let topic = Topic<Message>("news", of: "press")
            try engine.spawn("press") { (_: Int, _) in }
            for _ in 0..<3 {
                try engine.spawn { Reader(topic: topic, seen: seen) }
            }
            try voyage.settle()
            try elsewhere {
                try engine.broadcast(make(1))
                try engine.publish(make(2), on: topic)
                try engine.broadcast(make(3))
            }
            #expect(voyage.census.alive == 3)
            try voyage.settle()
            #expect(seen.all.sorted() == [1, 1, 1, 2, 2, 2, 3, 3, 3])
            #expect(voyage.census.alive == 0)
            // Not yet taken in when the engine ends: nobody has been given them.
            try elsewhere {
                try engine.broadcast(make(4))
                try engine.publish(make(5), on: topic)
            }
            try voyage.close()
            #expect(seen.count == 9)
            #expect(voyage.census.alive == 0)
        }
    }

    private struct Reader<Message: Cargo>: Actor {
        let topic: Topic<Message>
        let seen: Notes<Int>
        func started(_ context: Context<Message>) throws { try context.subscribe(to: topic) }
        func receive(_ message: Message, _ context: Context<Message>) {
            #expect(message.isWhole)
            seen.add(message.number)
        }
    }

    @Test(arguments: forms) func areAllHandledByAnEngineThatRuns(_ form: Form) throws {
        try running(form.type)
    }

    private func running<Message: Cargo>(_ type: Message.Type) throws {
        let census = Census()
        let engine = try Engine(EngineOptions(remoteCapacity: 64))
        let seen = Notes<Int>()
        let sink = try engine.spawn { (message: Message, context) in
            #expect(message.isWhole)
            seen.add(message.number)
            if seen.count == 1000 { context.engine.stop() }
        }
        try engine.start()
        let senders = (0..<2).map { sender in
            startThread {
                for number in 0..<500 {
                    let token = Token(number * 2 + sender, census)
                    let message = token as? Message ?? Message(token)
                    // Again until there is room.
                    while true {
                        do throws(BackstageError) {
                            try sink.send(message)
                            break
                        } catch {
                            if error != .queueFull { throw error }
                        }
                    }
                }
            }
        }
        for sender in senders { try sender.join() }
        try engine.join()
        try engine.close()
        #expect(seen.all.filter { $0 % 2 == 0 } == Array(stride(from: 0, to: 1000, by: 2)))
        #expect(seen.all.filter { $0 % 2 == 1 } == Array(stride(from: 1, to: 1000, by: 2)))
        #expect(census.made == 1000 && census.alive == 0)
        let last = try engine.statistics()
        #expect(last.handled == 1000 && last.dead == 0)
    }

    @Test(arguments: forms) func areAccountedForWhenTheEngineIsClosedMeanwhile(_ form: Form) throws {
        for _ in 0..<20 { try race(form.type) }
    }

    /// What was accepted is handled or dead, and destroyed, however the close falls between the sends.
    private func race<Message: Cargo>(_ type: Message.Type) throws {
        let census = Census()
        let dead = Notes<DeadLetter.Reason>()
        let engine = try Engine(EngineOptions(remoteCapacity: 16, deadLetter: { dead.add($0.reason) }))
        let sink = try engine.spawn { (_: Message, _) in }
        let accepted = Counter()
        let sender = startThread {
            var number = 0
            while true {
                number += 1
                let token = Token(number, census)
                do throws(BackstageError) {
                    try sink.send(token as? Message ?? Message(token))
                    accepted.count.wrappingAdd(1, ordering: .sequentiallyConsistent)
                } catch {
                    if error == .queueFull || error == .ending { continue }
                    #expect(error == .closed)
                    return
                }
            }
        }
        while accepted.value < 8 { try engine.run(.untilIdle) }
        try engine.close()
        try sender.join()
        let last = try engine.statistics()
        #expect(last.accepted == accepted.value)
        #expect(last.accepted == last.handled + last.dead)
        #expect(last.dead == dead.count)
        #expect(census.alive == 0)
    }
}

private final class Counter: Sendable {
    let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .sequentiallyConsistent) }
}
