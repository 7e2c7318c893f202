// The process: its memory, and where its threads run.

import CHarness
import Glibc

/// Resident bytes of this process, now.
public func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { fail("no /proc/self/statm") }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil else { fail("nothing in /proc/self/statm") }
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard let pages = Int(text.split(separator: " ")[1]) else { fail("no number in /proc/self/statm") }
    return pages * sysconf(Int32(_SC_PAGESIZE))
}

/// The calling thread to one CPU; a negative one: nowhere.
public func pin(toCPU cpu: Int) {
    guard cpu >= 0 else { return }
    check(harness_pin(Int32(cpu)), "cannot run on CPU \(cpu)")
}

/// A thread; `join` waits for its end.
public struct OtherThread {
    private var thread = pthread_t()

    public init(_ work: @escaping @Sendable () -> Void) {
        let state = Unmanaged.passRetained(Work(work)).toOpaque()
        let failed = pthread_create(&thread, nil, runOtherThread, state)
        check(failed == 0, "no thread")
    }

    public func join() { check(pthread_join(thread, nil) == 0, "no thread to join") }
}

private final class Work {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
}

private func runOtherThread(_ state: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let state { Unmanaged<Work>.fromOpaque(state).takeRetainedValue().run() }
    return nil
}
