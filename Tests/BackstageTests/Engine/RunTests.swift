import Backstage
import Testing

@Suite struct RunTests {
    @Test func untilIdleRunsAllThereIsToDo() throws {
        try withRig { rig in
            var got = 0
            let ref = try rig.engine.spawn { (message: Int, context) in
                got += 1
                if message > 0 { try context.ref.send(message - 1) }
            }
            try ref.send(100)
            try rig.engine.run(.untilIdle)
            #expect(got == 101)
            #expect(rig.engine.isIdle)
        }
    }

    @Test func noWaitIsATurnForEachThatIsReady() throws {
        try withRig { rig in
            var got = 0
            let ref = try rig.engine.spawn { (message: Int, context) in
                got += 1
                try context.ref.send(message)
            }
            try rig.engine.run(.noWait)
            try ref.send(1)
            try rig.engine.run(.noWait)
            #expect(got >= 1)
            try ref.stop()
            try rig.engine.run(.untilIdle)
        }
    }

    @Test func stopEndsTheRunAndNothingIsLost() throws {
        try withRig { rig in
            var got: [Int] = []
            let ref = try rig.engine.spawn { (message: Int, context) in
                got.append(message)
                if message == 2 { context.engine.stop() }
            }
            for number in 1...4 { try ref.send(number) }
            try rig.engine.run()
            #expect(got == [1, 2])
            try rig.engine.run(.untilIdle)
            #expect(got == [1, 2, 3, 4])
        }
    }

    @Test func aStopBeforeTheRunEndsItAtOnce() throws {
        try withRig { rig in
            var got = 0
            let ref = try rig.engine.spawn { (message: Int, context) in got += 1 }
            try ref.send(1)
            rig.engine.stop()
            try rig.engine.run()
            #expect(got == 0)
            try rig.settle()
            #expect(got == 1)
        }
    }

    @Test func aTimeoutOfTheRun() throws {
        try withRig { rig in
            try rig.engine.spawn { (message: Int, context) in }
            expect(.timeout) { try rig.engine.run(timeout: .seconds(1)) }
            expect(.timeout) { try rig.engine.run(timeout: .zero) }
        }
        try withRig(EngineOptions()) { rig in
            try rig.engine.spawn { (message: Int, context) in }
            expect(.timeout) { try rig.engine.run(timeout: .milliseconds(1)) }
        }
    }

    @Test func inACallbackNothingIsRunClosedOrAdopted() throws {
        try withRig { rig in
            var checks = 0
            let ref = try rig.engine.spawn { (message: Int, context) in
                let engine = context.engine
                #expect(engine === rig.engine)
                expect(.inCallback) { try engine.run(.untilIdle) }
                expect(.inCallback) { try engine.close() }
                expect(.inCallback) { try engine.adopt() }
                expect(.inCallback) { try engine.start() }
                expect(.inCallback) { try engine.join() }
                checks += 1
            }
            try ref.send(1)
            try rig.settle()
            #expect(checks == 1)
        }
    }

    @Test func anotherEnginesCallbackMaySendAndNoMore() throws {
        try withRig { rig in
            try withRig { other in
                var got: [Int] = []
                let sink = try other.engine.spawn("sink") { (message: Int, context) in
                    #expect(context.sender == nil)
                    got.append(message)
                }
                let ref = try rig.engine.spawn { (message: Int, context) in
                    try sink.send(message)
                    expect(.otherEngine) { try other.engine.spawn { (message: Int, context) in } }
                    expect(.otherEngine) { _ = try other.engine.find("sink") }
                    expect(.otherEngine) { _ = try other.engine.statistics() }
                    expect(.inCallback) { try other.engine.close() }
                }
                try ref.send(5)
                try rig.settle()
                try other.settle()
                #expect(got == [5])
            }
        }
    }

    @Test func theVirtualClockMovesByHandOnly() throws {
        try withRig { rig in
            #expect(rig.engine.now == .zero)
            try rig.engine.advance(by: .seconds(3))
            #expect(rig.engine.now == .seconds(3))
            try rig.engine.advance(by: .zero)
            expect(.invalidArgument) { try rig.engine.advance(by: .seconds(-1)) }
            expect(.invalidArgument) { try rig.engine.advance(by: .seconds(Int64.max)) }
            #expect(rig.engine.now == .seconds(3))
        }
        try withRig(EngineOptions()) { rig in
            expect(.notVirtual) { try rig.engine.advance(by: .seconds(1)) }
            let before = rig.engine.now
            #expect(rig.engine.now >= before)
        }
    }

    @Test func moreTimeThanCanBeCountedIsRefusedFromTheStart() throws {
        try withRig { rig in
            expect(.invalidArgument) { try rig.engine.advance(by: .seconds(Int64.max)) }
            #expect(rig.engine.now == .zero)
        }
    }

    @Test func whatIsDueNext() throws {
        try withRig { rig in
            #expect(rig.engine.nextDue == nil)
            let ref = try rig.engine.spawn { (message: Int, context) in
                try context.after(.seconds(message), perform: { _, _ in })
            }
            try ref.send(7)
            try ref.send(5)
            try rig.settle()
            #expect(rig.engine.nextDue == .seconds(5))
        }
    }
}
