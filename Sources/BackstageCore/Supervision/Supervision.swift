import CBackstage

/// How an actor supervises its children: its options, the restarts of late, and a group's restart.
struct Supervision {
    let strategy: backstage_strategy
    let directive: backstage_directive
    let decide: backstage_decide_callback?
    let window: UInt64
    let backoff: UInt64
    let backoffMax: UInt64
    let jitterPercent: UInt32

    // When the last restarts were: a ring of `restartsMax`.
    let restartsMax: Int
    let times: UnsafeMutablePointer<UInt64>
    var timesCount = 0
    var timesNext = 0

    var group = RestartGroup()
}

extension Supervision {
    /// Whether the options can be understood.
    static func isValid(_ options: backstage_supervision) -> Bool {
        options.strategy <= UInt32(BACKSTAGE_REST_FOR_ONE)
            && options.directive <= UInt32(BACKSTAGE_DIRECTIVE_ESCALATE)
            && options.restarts_max <= UInt32(BACKSTAGE_RESTARTS_MAX) && options.jitter_percent <= 100
            && options.window_ns >= 0 && options.backoff_ns >= 0 && options.backoff_max_ns >= 0
    }

    init(_ options: backstage_supervision, _ times: UnsafeMutablePointer<UInt64>) {
        strategy = options.strategy
        directive = options.directive
        decide = options.decide
        window = options.window_ns == 0 ? windowDefault : UInt64(options.window_ns)
        backoff = UInt64(options.backoff_ns)
        let longest = UInt64(options.backoff_max_ns)
        let (standard, isTooLong) = backoff.multipliedReportingOverflow(by: backoffGrowth)
        backoffMax = longest != 0 ? longest : isTooLong ? UInt64(Int64.max) : standard
        jitterPercent = options.jitter_percent
        restartsMax = Supervision.restartsMax(options)
        self.times = times
    }

    static func restartsMax(_ options: backstage_supervision) -> Int {
        options.restarts_max == 0 ? Int(BACKSTAGE_RESTARTS_DEFAULT) : Int(options.restarts_max)
    }

    /// Counts a restart; false if that is one too many within the window.
    mutating func countRestart(at now: UInt64) -> Bool {
        if timesCount == restartsMax {
            if now - times[timesNext] <= window { return false }
        } else {
            timesCount += 1
        }
        times[timesNext] = now
        timesNext = timesNext + 1 == restartsMax ? 0 : timesNext + 1
        return true
    }

    /// The supervisor restarts: it has no children now, and a past no more.
    mutating func beginAnew() {
        timesCount = 0
        timesNext = 0
        group = RestartGroup()
    }
}

private let windowDefault: UInt64 = 5_000_000_000
/// The longest wait in first waits, unless the options say otherwise.
private let backoffGrowth: UInt64 = 64

extension Engine {
    /// Copies options; nil without memory.
    func makeSupervision(_ options: backstage_supervision) -> UnsafeMutablePointer<Supervision>? {
        guard let supervision = make(Supervision.self) else { return nil }
        guard let times = allocate(Supervision.restartsMax(options) * MemoryLayout<UInt64>.stride) else {
            destroy(supervision)
            return nil
        }
        supervision.initialize(to: Supervision(options, times.assumingMemoryBound(to: UInt64.self)))
        return supervision
    }

    func destroySupervision(_ supervision: UnsafeMutablePointer<Supervision>) {
        deallocate(
            UnsafeMutableRawPointer(supervision.pointee.times),
            supervision.pointee.restartsMax * MemoryLayout<UInt64>.stride)
        destroy(supervision)
    }

    /// How long the next restart of a child has to wait.
    func backoffDelay(
        _ life: UnsafeMutablePointer<ActorLife>, _ supervision: UnsafeMutablePointer<Supervision>
    ) -> UInt64 {
        let first = supervision.pointee.backoff
        if first == 0 { return 0 }
        if freshNow() - life.pointee.startedAt > supervision.pointee.window { life.pointee.streak = 0 }
        let longest = supervision.pointee.backoffMax
        let streak = life.pointee.streak
        let grown = first > longest >> UInt64(streak) ? longest : first << UInt64(streak)
        life.pointee.streak = min(streak + 1, 63)
        let share = grown / 100 * UInt64(supervision.pointee.jitterPercent)
        return share == 0 ? grown : grown - random() % (share + 1)
    }

    /// The next of a sequence of numbers that the seed decides.
    private func random() -> UInt64 {
        pointee.randomState &+= 0x9E37_79B9_7F4A_7C15
        var mixed = pointee.randomState
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
