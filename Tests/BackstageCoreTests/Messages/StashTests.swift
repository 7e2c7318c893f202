import CBackstage
import Testing

@testable import BackstageCore

/// Messages set aside: the room that they keep, the order that they come back in, the slots they lie in.
struct StashTests {
    /// Sets aside what it is told to, by payload; takes all back on a 255.
    private func choosy(_ isAside: @escaping (UInt8) -> Bool) -> Probe {
        let probe = Probe()
        probe.onReceive = { actor, message in
            guard let first = message.bytes.first else { return .ok }
            if first == 255 { return actor.unstash(nil) }
            return isAside(first) ? actor.stash(message) : .ok
        }
        return probe
    }

    /// Those taken back come before what waits, and behind what is in hand.
    @Test func whatIsTakenBackComesNextInItsOrder() throws {
        try withEngine { engine in
            var isOpen = false
            let probe = choosy { !isOpen && $0 < 10 }
            let actor = try engine.spawn(probe)
            for number in [1, 20, 2, 3] { #expect(engine.send([UInt8(number)], to: actor) == .ok) }
            engine.runUntilIdle()
            #expect(actor.aside.map(\.bytes) == [[1], [2], [3]])
            #expect(actor.room == actor.details.pointee.capacity - 3)
            engine.expectNoFaults()
            isOpen = true
            probe.received = []
            for number in [255, 4] { #expect(engine.send([UInt8(number)], to: actor) == .ok) }
            engine.runUntilIdle()
            #expect(probe.payloads == [[255], [1], [2], [3], [4]])
            #expect(engine.statistics(of: actor).stashed == 0)
        }
    }

    /// However many there are, and however the ring lies.
    @Test(arguments: [1, 2, 3, 7, 64, 100, 1000])
    func anyNumberComesBack(_ count: Int) throws {
        try withEngine { engine in
            var isOpen = false
            let probe = choosy { _ in !isOpen }
            let actor = try engine.spawn(probe) { $0.capacity = 1100 }
            let bytes = (0..<count).map { [UInt8($0 % 250), UInt8($0 / 250)] }
            for message in bytes {
                #expect(engine.send(message, to: actor) == .ok)
                engine.runUntilIdle()
            }
            #expect(Int(actor.stashed) == count)
            engine.rest()
            #expect(actor.pointee.ring == nil)
            engine.expectNoFaults()
            isOpen = true
            probe.received = []
            #expect(engine.send([253], to: actor) == .ok)
            var back: UInt32 = 0
            #expect(actor.unstash(&back) == .ok)
            #expect(Int(back) == count)
            engine.expectNoFaults()
            engine.runUntilIdle()
            #expect(probe.payloads == bytes + [[253]])
            #expect(engine.statistics(of: actor).memory_bytes == 0)
        }
    }

    /// What the callback in hand marks itself stays, when it takes back what was aside before.
    @Test func whatIsInHandStaysAside() throws {
        try withEngine { engine in
            let probe = Probe()
            var back: UInt32 = 99
            probe.onReceive = { actor, message in
                #expect(actor.stash(message) == .ok)
                return message.bytes == [2] ? actor.unstash(&back) : .ok
            }
            let actor = try engine.spawn(probe)
            for number in 1...2 { #expect(engine.send([UInt8(number)], to: actor) == .ok) }
            #expect(engine.run(UInt32(BACKSTAGE_RUN_NO_WAIT), timeout: -1) == .ok)
            #expect(back == 1)
            #expect(probe.payloads == [[1], [2], [1]])
            #expect(actor.aside.map(\.bytes) == [[2], [1]])
        }
    }

    /// One of a batch that is marked, and not reached, is not set aside; not even in a ring outgrown.
    @Test func aMarkDoesNotOutliveItsBatch() throws {
        try withEngine { engine in
            let probe = Probe()
            var isFirst = true
            probe.onBatch = { actor, first, count in
                guard isFirst, count >= 2 else { return }
                #expect(actor.stash(first + 1) == .ok)
                for number in 10..<30 { #expect(engine.send([UInt8(number)], to: actor) == .ok) }
            }
            probe.onReceive = { _, _ in
                defer { isFirst = false }
                return isFirst ? -1000 : .ok
            }
            let top = try engine.spawn(supervision: supervision())
            let actor = try engine.spawn(probe, parent: top, inBatches: true)
            for number in 1...2 { #expect(engine.send([UInt8(number)], to: actor) == .ok) }
            engine.runUntilIdle()
            #expect(probe.payloads == [[1], [2]] + (10..<30).map { [UInt8($0)] })
            #expect(engine.statistics(of: actor).stashed == 0)
        }
    }

    /// A message that failed after all leaves no slots for those it marked.
    @Test func anIdleActorHoldsNoMemoryForItsStash() throws {
        try withEngine { engine in
            let probe = Probe()
            probe.onReceive = { actor, message in
                #expect(actor.stash(message) == .ok)
                return -1000
            }
            let options = supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESUME)
            let top = try engine.spawn(supervision: options)
            let actor = try engine.spawn(probe, parent: top)
            #expect(engine.send([1], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(engine.statistics(of: actor).memory_bytes == 0)
        }
    }

    // MARK: - Room

    /// The message in hand has left its room: what its callback sends to itself may take that.
    @Test func theCapacityHoldsBesideAStash() throws {
        try withEngine { engine in
            var statuses: [Status] = []
            let probe = Probe()
            probe.onReceive = { actor, message in
                #expect(engine.send([2], to: actor) == .ok)
                statuses.append(actor.stash(message))
                probe.onReceive = { _, _ in .ok }
                return .ok
            }
            let actor = try engine.spawn(probe) { $0.capacity = 1 }
            #expect(engine.send([1], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(statuses == [.inboxFull])
            #expect(probe.payloads == [[1], [2]])
        }
    }

    @Test(arguments: [BACKSTAGE_OVERFLOW_REJECT, BACKSTAGE_OVERFLOW_DROP_OLDEST])
    func aFullStashTakesNothing(_ overflow: Int) throws {
        try withEngine { engine in
            let probe = Probe()
            probe.onReceive = { $0.stash($1) }
            let actor = try engine.spawn(probe) {
                $0.capacity = 3
                $0.overflow = UInt32(overflow)
            }
            for number in 1...3 { #expect(engine.send([UInt8(number)], to: actor) == .ok) }
            engine.runUntilIdle()
            #expect(actor.room == 0)
            #expect(engine.send([4], to: actor) == .inboxFull)
            #expect(actor.aside.map(\.bytes) == [[1], [2], [3]])
            #expect(engine.statistics.dead == 0)
        }
    }

    @Test func onlyWhatIsInHandIsSetAside() throws {
        try withEngine { engine in
            let probe = Probe()
            var statuses: [Status] = []
            probe.onReceive = { actor, message in
                var copy = message.pointee
                statuses.append(actor.stash(&copy))
                statuses.append(actor.stash(message))
                statuses.append(actor.stash(message))
                return .ok
            }
            let actor = try engine.spawn(probe)
            #expect(engine.send([1], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(statuses == [.invalidArgument, .ok, .exists])
            #expect(actor.stashed == 1)
        }
    }

    // MARK: - Memory

    /// There is a ring to grow into once, and none for all that is aside.
    @Test func withoutMemoryNothingComesBack() throws {
        try withEngine { engine in
            var stashes = true
            let probe = Probe()
            probe.onReceive = { actor, message in
                if stashes { return actor.stash(message) }
                engine.withoutMemory { #expect(actor.unstash(nil) == .noMemory) }
                return .ok
            }
            let actor = try engine.spawn(probe) { $0.capacity = 4096 }
            for _ in 0..<1500 {
                #expect(engine.send([1], to: actor) == .ok)
                engine.runUntilIdle()
            }
            stashes = false
            #expect(engine.send([2], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(engine.statistics(of: actor).stashed == 1500)
            engine.expectNoFaults()
        }
    }

    @Test func withoutMemoryNothingIsSetAside() throws {
        try withEngine { engine in
            var statuses: [Status] = []
            let probe = Probe()
            probe.onReceive = { actor, message in
                engine.withoutMemory { statuses.append(actor.stash(message)) }
                return .ok
            }
            let actor = try engine.spawn(probe) { $0.capacity = 4096 }
            // So many that the next needs slots that no pool has.
            var isAside = true
            let former = probe.onReceive
            probe.onReceive = { isAside ? $0.stash($1) : former($0, $1) }
            for _ in 0..<1024 {
                #expect(engine.send([1], to: actor) == .ok)
                engine.runUntilIdle()
            }
            isAside = false
            #expect(engine.send([2], to: actor) == .ok)
            engine.runUntilIdle()
            #expect(statuses == [.noMemory])
            #expect(engine.statistics.handled == 1 && actor.stashed == 1024)
        }
    }
}
