// The clock, and how a stretch of work is timed.

import Glibc

@usableFromInline nonisolated(unsafe) var workClock = CLOCK_MONOTONIC  // written before any work begins

/// From now on `seconds` counts what this process spends, on all its threads.
public func useCPUTime() { workClock = CLOCK_PROCESS_CPUTIME_ID }

public func seconds() -> Double { seconds(of: workClock) }

/// Of the wall, always: for work that two threads share.
public func wallSeconds() -> Double { seconds(of: CLOCK_MONOTONIC) }

private func seconds(of clock: clockid_t) -> Double {
    var now = timespec()
    clock_gettime(clock, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}

/// Part of the work, done first and not measured.
public func warmUp(_ count: UInt64) -> UInt64 { max(count / 10, 1) }

public func millions(_ count: UInt64, in seconds: Double) -> Double { Double(count) / seconds * 1e-6 }

/// Millions a second of `count`, once warm.
public func timed(_ count: UInt64, _ work: (UInt64) throws -> Void) rethrows -> Double {
    try work(warmUp(count))
    let start = seconds()
    try work(count)
    return millions(count, in: seconds() - start)
}

public func timed(
    _ count: UInt64, isolation: isolated (any Actor)? = #isolation, _ work: (UInt64) async throws -> Void
) async rethrows -> Double {
    try await work(warmUp(count))
    let start = seconds()
    try await work(count)
    return millions(count, in: seconds() - start)
}
