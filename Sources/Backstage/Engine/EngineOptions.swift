import BackstageCore
import CBackstage

/// How an engine is to be. What is zero or nil has the default of `backstage.h`.
public struct EngineOptions: Sendable {
    /// What an engine takes its time from.
    public enum Clock: Sendable {
        /// The system's monotonic clock.
        case monotonic
        /// One that starts at zero and moves only by ``Engine/advance(by:)``, for tests.
        case virtual
    }

    /// What the engine takes its time from.
    public var clock: Clock
    /// Of what is decided at random: with a virtual clock, the same seed gives the same run.
    public var seed: UInt64
    /// Actors alive at a time; 0: 1,048,576.
    public var actorsMax: Int
    /// Bytes of one message; 0: 16 MiB.
    public var payloadBytesMax: Int
    /// Bytes of all that the engine holds; 0: no limit. What messages refer to on Swift's heap is not
    /// counted.
    public var memoryBytesMax: Int
    /// Messages waiting from other threads; 0: 8192.
    public var remoteCapacity: Int
    /// Sees each message that could not be handled. On the engine's thread, inside the call that found it
    /// dead: it may send, and do no more with the engine.
    public var deadLetter: (@Sendable (DeadLetter) -> Void)?
    /// Takes the engine's log: failures of actors, and what the engine could not do. As `deadLetter`, it
    /// may send, and do no more.
    public var log: (@Sendable (LogEntry) -> Void)?

    /// The defaults, but for what is given.
    public init(
        clock: Clock = .monotonic, seed: UInt64 = 0, actorsMax: Int = 0, payloadBytesMax: Int = 0,
        memoryBytesMax: Int = 0, remoteCapacity: Int = 0,
        deadLetter: (@Sendable (DeadLetter) -> Void)? = nil,
        log: (@Sendable (LogEntry) -> Void)? = nil
    ) {
        self.clock = clock
        self.seed = seed
        self.actorsMax = actorsMax
        self.payloadBytesMax = payloadBytesMax
        self.memoryBytesMax = memoryBytesMax
        self.remoteCapacity = remoteCapacity
        self.deadLetter = deadLetter
        self.log = log
    }

    /// For C; nil if a number is out of its range.
    func forCore(_ hooks: EngineHooks) -> backstage_engine_options? {
        guard let actorsMax = UInt32(exactly: actorsMax),
            let remoteCapacity = UInt32(exactly: remoteCapacity), memoryBytesMax >= 0
        else { return nil }
        let state = Unmanaged.passUnretained(hooks).toOpaque()
        var options = backstage_engine_options()
        options.clock = clock == .virtual ? UInt32(BACKSTAGE_CLOCK_VIRTUAL) : 0
        options.seed = seed
        options.actors_max = actorsMax
        options.payload_bytes_max = payloadBytesMax
        options.memory_bytes_max = memoryBytesMax
        options.remote_capacity = remoteCapacity
        if deadLetter != nil {
            options.dead_letter = sawDeadLetter
            options.dead_letter_state = state
        }
        if log != nil {
            options.log = tookLogLine
            options.log_state = state
        }
        return options
    }
}
