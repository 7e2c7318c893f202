import BackstageService
import Testing

@Suite("A rate limit")
struct RateLimitTests {
    /// Which of the things that come at these times pass.
    private func admitted(by limit: inout RateLimit, at times: [Duration]) -> [Bool] {
        var admitted: [Bool] = []
        for time in times { admitted.append(limit.admit(at: time)) }
        return admitted
    }

    @Test("lets so many through in an interval, and counts the others")
    func limits() {
        var limit = RateLimit(3, per: .seconds(1))
        let admitted = admitted(by: &limit, at: Array(repeating: .seconds(5), count: 10))
        #expect(admitted == [true, true, true] + Array(repeating: false, count: 7))
        let (refused, again) = (limit.takeRefused(), limit.takeRefused())
        #expect(refused == 7)
        #expect(again == 0)
    }

    @Test("begins its interval with the first thing, not at a fixed time")
    func interval() {
        var limit = RateLimit(1, per: .seconds(1))
        let times: [Duration] = [900, 1899, 1900, 2000, 2899, 9999].map { .milliseconds($0) }
        #expect(admitted(by: &limit, at: times) == [true, false, true, false, false, true])
        let refused = limit.takeRefused()
        #expect(refused == 3)
    }

    @Test("of zero lets nothing through")
    func zero() {
        var limit = RateLimit(0, per: .seconds(1))
        #expect(admitted(by: &limit, at: [.zero, .seconds(9)]) == [false, false])
        let refused = limit.takeRefused()
        #expect(refused == 2)
    }
}
