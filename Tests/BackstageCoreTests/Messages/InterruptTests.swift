import CBackstage
import Testing

@testable import BackstageCore

/// What a turn makes of what a callback returns.
struct InterruptTests {
    @Test func ofABatchNoMoreIsHandledThanThereWas() {
        let all = [0, 1, 4, 5, 6, Int.max, -1]
        func done(_ status: Status) -> [UInt32] { all.map { Engine.done($0, of: 5, status) } }
        #expect(done(-1000) == [0, 1, 4, 4, 4, 4, 4])
        #expect(done(.pending) == [0, 1, 4, 4, 4, 4, 4])
        #expect(done(.yield) == [0, 1, 4, 5, 5, 5, 5])
        #expect(done(3) == [5, 5, 5, 5, 5, 5, 5])
    }

    /// The messages handled before one that fails, pends or yields count towards the next look.
    @Test(arguments: [Status.ok, .yield, .pending, -1000])
    func allThatIsHandledBringsTheNextLookNearer(_ last: Status) throws {
        try withEngine { engine in
            let probe = Probe()
            probe.onReceive = { _, message in message.bytes == [10] ? last : .ok }
            let actor = try engine.spawn(probe)
            for number in 1...10 { #expect(engine.send([UInt8(number)], to: actor) == .ok) }
            engine.startSlice()
            engine.pointee.untilLook = 100
            #expect(engine.dequeueReady() == actor)
            engine.turn(actor)
            engine.pointee.handling = nil
            #expect(engine.pointee.untilLook == 90)
        }
    }
}
