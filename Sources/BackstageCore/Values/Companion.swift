import CBackstage
import CLibev
import Synchronization

/// What stands beside an engine and sends native values: the typed API. Engines of C have none.
package struct Companion {
    /// By this its actors are known: they, and only they, are given values as they are.
    var receive: backstage_receive_callback?
    /// Destroys a value; `state` is its type.
    var destroy: backstage_free_callback?
    /// Does what has come in: outside any callback, on the engine's thread.
    var work: (@convention(c) (_ state: UnsafeMutableRawPointer?) -> Void)?
    /// The engine is about to be freed.
    var end: (@convention(c) (_ state: UnsafeMutableRawPointer?) -> Void)?
    package var state: UnsafeMutableRawPointer?

    init() {}

    package init(
        receive: @escaping backstage_receive_callback, destroy: @escaping backstage_free_callback,
        work: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Void,
        end: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Void, state: UnsafeMutableRawPointer?
    ) {
        self.receive = receive
        self.destroy = destroy
        self.work = work
        self.end = end
        self.state = state
    }
}

/// A call of the companion's, on its way to the engine's thread: in order with what that thread sends.
/// `isAbandoned` is 1 if the engine ends instead.
package typealias RemoteCall = @convention(c) (_ state: UnsafeMutableRawPointer, _ isAbandoned: Int32) -> Void

private struct RemoteCallRecord {
    let function: RemoteCall
    let state: UnsafeMutableRawPointer
}

extension Engine {
    /// Whether the actor takes native values.
    @inline(__always) package func isNative(_ actor: Actor) -> Bool {
        unsafeBitCast(actor.pointee.receive, to: UInt.self)
            == unsafeBitCast(pointee.companion.receive, to: UInt.self)
    }

    /// Asks for the companion's `work`. Any thread.
    package func requestWork() {
        pointee.remote.pointee.hasWork.store(true, ordering: .sequentiallyConsistent)
        pointee.remote.wakeIfAsleep()
    }

    var hasWork: Bool { pointee.remote.pointee.hasWork.load(ordering: .relaxed) }

    @inline(never)
    func doWork() {
        // What comes in from now on asks again.
        _ = pointee.remote.pointee.hasWork.exchange(false, ordering: .acquiringAndReleasing)
        pointee.companion.work?(pointee.companion.state)
    }

    /// Queues a call. Any other thread. Errors: QUEUE_FULL, ENDING: then it is not made.
    package func call(_ function: @escaping RemoteCall, _ state: UnsafeMutableRawPointer) -> Status {
        if pointee.remote.pointee.isClosed.load(ordering: .relaxed) { return .ending }
        return withUnsafeBytes(of: RemoteCallRecord(function: function, state: state)) {
            let message = RemoteMessage(action: .call, size: $0.count, bytes: $0.baseAddress)
            return pointee.remote.push(message) ? .ok : .queueFull
        }
    }

    /// True: there is nothing to wait for.
    func perform(_ slot: UnsafeMutablePointer<RemoteSlot>) -> Bool {
        let record = slot.inlined.load(as: RemoteCallRecord.self)
        record.function(record.state, 0)
        return true
    }

    func abandon(_ slot: UnsafeMutablePointer<RemoteSlot>) {
        let record = slot.inlined.load(as: RemoteCallRecord.self)
        observe { record.function(record.state, 1) }
    }
}

extension Actor {
    /// What a native actor was spawned with.
    package var nativeState: UnsafeMutableRawPointer? { pointee.state }
}

extension Actor {
    /// Whether these bytes are the actor's id.
    package func hasID(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let id = details.pointee.id else { return false }
        for (index, byte) in bytes.enumerated() where id[index] != byte || byte == 0 { return false }
        return id[bytes.count] == 0
    }
}
