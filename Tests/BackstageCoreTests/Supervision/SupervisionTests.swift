import CBackstage
import Testing

@testable import BackstageCore

/// How many restarts are allowed, and how long each waits.
struct SupervisionTests {
    private typealias Record = UnsafeMutablePointer<Supervision>

    private func withSupervision(
        _ options: backstage_supervision, seed: UInt64 = 0, _ body: (Engine, Record) throws -> Void
    ) throws {
        try withEngine({ $0.seed = seed }) { engine in
            let supervision = try #require(engine.makeSupervision(options))
            defer { engine.destroySupervision(supervision) }
            try body(engine, supervision)
        }
    }

    private func count(_ supervision: Record, at time: UInt64) -> Bool {
        supervision.pointee.countRestart(at: time)
    }

    /// The waits of a child's restarts in a row.
    private func delays(_ count: Int, _ options: backstage_supervision, seed: UInt64 = 0) throws -> [UInt64] {
        var delays: [UInt64] = []
        try withSupervision(options, seed: seed) { engine, supervision in
            var life = ActorLife()
            for _ in 0..<count { delays.append(engine.backoffDelay(&life, supervision)) }
        }
        return delays
    }

    // MARK: - The window

    @Test func restartsAreAllowedUpToTheMost() throws {
        try withSupervision(supervision(restarts: 3, window: 100)) { _, supervision in
            let allowed = (0..<4).map { count(supervision, at: $0) }
            #expect(allowed == [true, true, true, false])
        }
    }

    /// As far apart as the window is long is within it still.
    @Test func theWindowSlides() throws {
        try withSupervision(supervision(restarts: 2, window: 100)) { _, supervision in
            let times: [UInt64] = [0, 50, 100, 101, 150, 151, 201, 202]
            let allowed = times.filter { count(supervision, at: $0) }
            #expect(allowed == [0, 50, 101, 151, 202])
        }
    }

    /// Whatever the times, as many are allowed as a list of all of them says.
    @Test func manyRestartsAreCountedAsAListWould() throws {
        var random = Randomness(seed: 5)
        for most in [1, 2, 3, 7] {
            try withSupervision(supervision(restarts: most, window: 100)) { _, supervision in
                var (now, counted): (UInt64, [UInt64]) = (0, [])
                for _ in 0..<500 {
                    now += UInt64(random.below(90))
                    let isAllowed = counted.count { now - $0 <= 100 } < most
                    #expect(count(supervision, at: now) == isAllowed)
                    if isAllowed { counted.append(now) }
                }
            }
        }
    }

    @Test func aSupervisorThatBeginsAnewHasNoPast() throws {
        try withSupervision(supervision(restarts: 1, window: 100)) { _, supervision in
            #expect(count(supervision, at: 0))
            #expect(!count(supervision, at: 1))
            supervision.pointee.beginAnew()
            #expect(count(supervision, at: 1))
        }
    }

    @Test func zerosAreDefaults() throws {
        var options = supervision(restarts: 0)
        options.backoff_ns = 10
        try withSupervision(options) { _, supervision in
            #expect(supervision.pointee.restartsMax == Int(BACKSTAGE_RESTARTS_DEFAULT))
            #expect(supervision.pointee.window == 5_000_000_000)
            #expect(supervision.pointee.backoffMax == 640)
        }
    }

    @Test func optionsAreCheckedForTheirRanges() {
        func isValid(_ adjust: (inout backstage_supervision) -> Void) -> Bool {
            var options = supervision()
            adjust(&options)
            return Supervision.isValid(options)
        }
        #expect(isValid { _ in })
        #expect(isValid { $0.strategy = 2 } && !isValid { $0.strategy = 3 })
        #expect(isValid { $0.directive = 3 } && !isValid { $0.directive = 4 })
        #expect(isValid { $0.restarts_max = 4096 } && !isValid { $0.restarts_max = 4097 })
        #expect(isValid { $0.jitter_percent = 100 } && !isValid { $0.jitter_percent = 101 })
        #expect(!isValid { $0.window_ns = -1 })
        #expect(!isValid { $0.backoff_ns = -1 })
        #expect(!isValid { $0.backoff_max_ns = -1 })
    }

    // MARK: - The wait

    @Test func eachWaitIsTwiceTheLast() throws {
        let expected: [UInt64] = [100, 200, 400, 800, 1000, 1000]
        #expect(try delays(6, supervision(backoff: 100, longest: 1000)) == expected)
        #expect(try delays(9, supervision(backoff: 1)) == [1, 2, 4, 8, 16, 32, 64, 64, 64])
        #expect(try delays(2, supervision(backoff: 100, longest: 30)) == [30, 30])
        #expect(try delays(3, supervision()) == [0, 0, 0])
    }

    @Test func noWaitIsTooLongToCount() throws {
        let longest = UInt64(Int64.max)
        let half = longest / 2
        #expect(
            try delays(3, supervision(backoff: Int64(half), longest: .max)) == [half, longest - 1, longest])
        #expect(try delays(70, supervision(backoff: .max)) == [UInt64](repeating: longest, count: 70))
        #expect(try delays(70, supervision(backoff: 1, longest: .max)).last == longest)
    }

    /// Who has run for longer than the window starts from the first wait again.
    @Test func aLongRunEndsARow() throws {
        try withSupervision(supervision(window: 1000, backoff: 100)) { engine, supervision in
            var life = ActorLife()
            var delays = [engine.backoffDelay(&life, supervision)]
            for time in [1000, 1] as [UInt64] {
                #expect(engine.advance(by: time) == .ok)
                delays.append(engine.backoffDelay(&life, supervision))
            }
            #expect(delays == [100, 200, 100])
        }
    }

    /// Jitter takes off at most its part of a wait, and all of that part now and then.
    @Test(arguments: [1, 30, 100])
    func jitterStaysWithinItsPart(_ percent: Int) throws {
        let options = supervision(backoff: 1000, longest: 1000, jitter: percent)
        let waits = try delays(20_000, options)
        let least = UInt64(1000 - 10 * percent)
        #expect(waits.min() == least && waits.max() == 1000)
        #expect(Set(waits).count == 10 * percent + 1)
    }

    @Test func theSeedDecidesTheJitter() throws {
        let options = supervision(backoff: 1_000_000, jitter: 50)
        #expect(try delays(50, options, seed: 1) == delays(50, options, seed: 1))
        #expect(try delays(50, options, seed: 1) != delays(50, options, seed: 2))
    }
}
