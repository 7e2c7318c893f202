import BackstageCore
import CLibev
import Synchronization

/// The core's handle of an engine.
typealias Core = BackstageCore.Engine
/// The core's handle of an actor.
typealias CoreActor = BackstageCore.Actor

/// In place of a status: the engine was closed.
@usableFromInline let closedStatus: Int32 = .min + 1

/// All open engines of this process by number, so that a ref needs to hold no more than that. Numbers are
/// not given twice. A thread that uses an engine counts itself in, and an engine that closes waits for
/// those that are: the two look at each other's word after writing their own, so that one of them sees it.
enum EngineTable {
    private struct Entry: ~Copyable {
        let number: Atomic<UInt32>
        let users: Atomic<Int>
        /// The thread that owns the engine: nobody else can close it.
        let owner: Atomic<UInt>
        var core: Core?

        init() {
            number = Atomic(0)
            users = Atomic(0)
            owner = Atomic(0)
            core = nil
        }
    }

    static let enginesMax = 1024

    // Written with the lock held, while `number` is 0; read by who is counted in.
    nonisolated(unsafe) private static let entries: UnsafeMutablePointer<Entry> = {
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: enginesMax)
        for i in 0..<enginesMax { (entries + i).initialize(to: Entry()) }
        return entries
    }()
    private static let nextNumber = Lock<UInt32>(1)

    private static func entry(_ number: UInt32) -> UnsafeMutablePointer<Entry> {
        entries + Int(number) % enginesMax
    }

    /// Gives an engine a number; nil if too many are open.
    static func add(_ core: Core) -> UInt32? {
        nextNumber.withLock { next in
            for _ in 0..<enginesMax {
                let number = next
                next = next == ~foreignBit ? 1 : next + 1
                let entry = entry(number)
                guard entry.pointee.core == nil else { continue }
                entry.pointee.core = core
                entry.pointee.owner.store(clibev_thread(), ordering: .relaxed)
                entry.pointee.number.store(number, ordering: .sequentiallyConsistent)
                return number
            }
            return nil
        }
    }

    /// The engine is the calling thread's now.
    static func adopt(_ number: UInt32) {
        entry(number).pointee.owner.store(clibev_thread(), ordering: .sequentiallyConsistent)
    }

    /// The engine is nobody's now.
    static func disown(_ number: UInt32) {
        entry(number).pointee.owner.store(0, ordering: .sequentiallyConsistent)
    }

    /// Takes an engine out, and waits until nobody uses it any more.
    static func remove(_ number: UInt32) {
        let entry = entry(number)
        entry.pointee.number.store(0, ordering: .sequentiallyConsistent)
        while entry.pointee.users.load(ordering: .sequentiallyConsistent) != 0 { sched_yield() }
        nextNumber.withLock { _ in entry.pointee.core = nil }
    }

    /// Calls with an engine that cannot be closed meanwhile; nil if it is closed.
    @inline(__always)
    static func with<Result>(_ number: UInt32, _ body: (Core) -> Result) -> Result? {
        let entry = entry(number)
        entry.pointee.users.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer { entry.pointee.users.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
        guard number != 0, entry.pointee.number.load(ordering: .sequentiallyConsistent) == number,
            let core = entry.pointee.core
        else { return nil }
        return body(core)
    }

    /// The same, at less cost on the thread that owns the engine.
    @inline(__always)
    static func withOwn<Result>(_ number: UInt32, _ body: (Core) -> Result) -> Result? {
        let entry = entry(number)
        if entry.pointee.owner.load(ordering: .relaxed) == clibev_thread(), number != 0,
            entry.pointee.number.load(ordering: .relaxed) == number, let core = entry.pointee.core,
            core.check() == 0
        {
            return body(core)
        }
        return with(number, body)
    }
}
