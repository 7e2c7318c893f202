import Backstage
import Testing

@Suite struct OptionsTests {
    @Test func anInboxTakesItsCapacityAndNoMore() throws {
        try withRig { rig in
            var got: [Int] = []
            let ref = try rig.engine.spawn(options: ActorOptions(capacity: 3)) { (message: Int, context) in
                got.append(message)
            }
            for number in 1...3 { try ref.send(number) }
            expect(.inboxFull) { try ref.send(4) }
            #expect(try rig.engine.statistics(of: ref).queued == 3)
            try rig.settle()
            try ref.send(5)
            try rig.settle()
            #expect(got == [1, 2, 3, 5])
            #expect(rig.letters.count == 0)
        }
    }

    @Test func theDefaultCapacityIs1024() throws {
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: Int, context) in }
            for number in 0..<1024 { try ref.send(number) }
            expect(.inboxFull) { try ref.send(0) }
        }
    }

    @Test func dropNewestKeepsTheOldest() throws {
        try withRig { rig in
            var got: [Int] = []
            let options = ActorOptions(capacity: 2, overflow: .dropNewest)
            let ref = try rig.engine.spawn("full", options: options) { (message: Int, context) in
                got.append(message)
            }
            for number in 1...5 { try ref.send(number) }
            try rig.settle()
            #expect(got == [1, 2])
            #expect(rig.reasons == [.droppedNewest, .droppedNewest, .droppedNewest])
            #expect(rig.letters.all.map(\.text) == ["3", "4", "5"])
            #expect(rig.letters.all.allSatisfy { $0.receiverID == "full" })
        }
    }

    @Test func dropOldestKeepsTheNewest() throws {
        try withRig { rig in
            var got: [String] = []
            let options = ActorOptions(capacity: 2, overflow: .dropOldest)
            let ref = try rig.engine.spawn(options: options) { (message: String, context) in
                got.append(message)
            }
            for number in 1...5 { try ref.send("message \(number)") }
            try rig.settle()
            #expect(got == ["message 4", "message 5"])
            #expect(rig.reasons == [.droppedOldest, .droppedOldest, .droppedOldest])
            #expect(rig.letters.all.map(\.text) == ["message 1", "message 2", "message 3"])
        }
    }

    @Test func theBudgetIsWhatAnActorHandlesInATurn() throws {
        try withRig { rig in
            var order: [String] = []
            let one = try rig.engine.spawn(options: ActorOptions(budget: 1)) { (message: Int, context) in
                order.append("a\(message)")
            }
            let two = try rig.engine.spawn(options: ActorOptions(budget: 2)) { (message: Int, context) in
                order.append("b\(message)")
            }
            for number in 1...4 {
                try one.send(number)
                try two.send(number)
            }
            try rig.engine.run(.noWait)
            #expect(order.count == 3)
            try rig.settle()
            #expect(order == ["a1", "b1", "b2", "a2", "b3", "b4", "a3", "a4"])
        }
    }

    @Test func optionsOfTheTypeAndOfTheSpawn() throws {
        struct Narrow: Actor {
            static var options: ActorOptions { ActorOptions(capacity: 1) }
            func receive(_ message: Int, _ context: Context<Int>) {}
        }
        try withRig { rig in
            let narrow = try rig.engine.spawn { Narrow() }
            try narrow.send(1)
            expect(.inboxFull) { try narrow.send(2) }
            let wide = try rig.engine.spawn(options: ActorOptions(capacity: 2)) { Narrow() }
            try wide.send(1)
            try wide.send(2)
            expect(.inboxFull) { try wide.send(3) }
        }
    }

    @Test(arguments: [
        ActorOptions(capacity: -1), ActorOptions(capacity: 16_777_217), ActorOptions(capacity: .max),
        ActorOptions(budget: -1), ActorOptions(budget: 256), ActorOptions(budget: .max),
        ActorOptions(supervision: Supervision(restarts: 0)),
        ActorOptions(supervision: Supervision(restarts: -1)),
        ActorOptions(supervision: Supervision(restarts: 4097)),
        ActorOptions(supervision: Supervision(within: .zero)),
        ActorOptions(supervision: Supervision(within: .seconds(-1))),
        ActorOptions(supervision: Supervision(backoff: .init(from: .zero))),
        ActorOptions(supervision: Supervision(backoff: .init(from: .seconds(-1)))),
        ActorOptions(supervision: Supervision(backoff: .init(from: .seconds(1), to: .seconds(-1)))),
        ActorOptions(supervision: Supervision(backoff: .init(from: .seconds(1), jitter: 1.01))),
        ActorOptions(supervision: Supervision(backoff: .init(from: .seconds(1), jitter: -0.01))),
        ActorOptions(supervision: Supervision(backoff: .init(from: .seconds(1), jitter: .nan))),
    ]) func numbersOutOfRangeAreRefusedAndNothingIsSpawned(_ options: ActorOptions) throws {
        try withRig { rig in
            expect(.invalidArgument) {
                try rig.engine.spawn("a", options: options) { (message: Int, context) in }
            }
            let statistics = try rig.engine.statistics()
            #expect(statistics.spawned == 0)
            expect(.notFound) { _ = try rig.engine.find("a") }
        }
    }

    @Test func theLargestNumbersAreTaken() throws {
        try withRig { rig in
            let supervision = Supervision(
                restarts: 4096, within: .seconds(Int64.max),
                backoff: .init(from: .nanoseconds(1), to: .seconds(Int64.max), jitter: 1))
            try rig.engine.spawn(
                options: ActorOptions(capacity: 16_777_216, budget: 255, supervision: supervision)
            ) { (message: Int, context) in }
        }
    }

    @Test func aSpawnRefusedFreesWhatItsClosureHolds() throws {
        final class Held {}
        try withRig { rig in
            weak var held: Held?
            do {
                let object = Held()
                held = object
                expect(.invalidArgument) {
                    try rig.engine.spawn(options: ActorOptions(budget: 999)) { (message: Int, context) in
                        _ = object
                    }
                }
            }
            #expect(held == nil)
        }
    }
}
