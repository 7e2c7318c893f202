import CBackstage
import CLibev

/// Where the answer is put that code outside any actor waits for, perhaps on another thread. Lies in a
/// shared block with two references, so that it outlives whoever is done first, and the engine.
struct OutsideRequest {
    fileprivate var mutex = pthread_mutex_t()
    fileprivate var condition = pthread_cond_t()
    fileprivate let block: Block
    /// Of the id that the request is for, or 0; negative timeouts are for ever.
    let nameLength: Int
    let timeout: Int64

    // With the mutex held.
    fileprivate var isAnswered = false
    fileprivate var isAbandoned = false
    fileprivate var status = Status.ok
    fileprivate var reply: Block?
}

extension UnsafeMutablePointer<OutsideRequest> {
    /// Nil without memory. Any thread.
    static func make(in engine: Engine, nameLength: Int, timeout: Int64) -> Self? {
        guard let block = engine.makePayload(MemoryLayout<OutsideRequest>.size) else { return nil }
        block.retain()
        let request = block.pointee.bytes.assumingMemoryBound(to: OutsideRequest.self)
        request.initialize(to: OutsideRequest(block: block, nameLength: nameLength, timeout: timeout))
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_mutex_init(&request.pointee.mutex, nil)
        pthread_cond_init(&request.pointee.condition, &attributes)
        pthread_condattr_destroy(&attributes)
        return request
    }

    /// Gives up one of the two references.
    func release() {
        let block = pointee.block
        if !block.drop() { return }
        pthread_cond_destroy(&pointee.condition)
        pthread_mutex_destroy(&pointee.mutex)
        block.pointee.shared.unsafelyUnwrapped.take(back: block)
    }

    var isAnswered: Bool {
        pthread_mutex_lock(&pointee.mutex)
        defer { pthread_mutex_unlock(&pointee.mutex) }
        return pointee.isAnswered
    }

    /// Hands over the answer, and the engine's reference; false if nobody waits any more.
    func answer(_ status: Status, _ reply: Block?) -> Bool {
        pthread_mutex_lock(&pointee.mutex)
        let isWanted = !pointee.isAbandoned
        if isWanted {
            pointee.isAnswered = true
            pointee.status = status
            pointee.reply = reply
            pthread_cond_signal(&pointee.condition)
        }
        pthread_mutex_unlock(&pointee.mutex)
        release()
        return isWanted
    }

    /// Blocks until the answer has come, or the time is over. Gives up the asker's reference.
    func wait(_ reply: UnsafeMutablePointer<OpaquePointer?>) -> Status {
        let deadline = pointee.timeout < 0 ? Int64.max : Int64(clibev_now_ns()).clampedSum(pointee.timeout)
        var time = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        pthread_mutex_lock(&pointee.mutex)
        while !pointee.isAnswered {
            let isForEver = deadline == Int64.max
            let result =
                isForEver
                ? pthread_cond_wait(&pointee.condition, &pointee.mutex)
                : pthread_cond_timedwait(&pointee.condition, &pointee.mutex, &time)
            if result == ETIMEDOUT { break }
        }
        pthread_mutex_unlock(&pointee.mutex)
        return take(reply, orElse: .timeout)
    }

    /// The answer, if it has come; else nobody will wait for it any more. Gives up the asker's reference.
    func take(_ reply: UnsafeMutablePointer<OpaquePointer?>, orElse otherwise: Status) -> Status {
        pthread_mutex_lock(&pointee.mutex)
        var status = otherwise
        if pointee.isAnswered {
            status = pointee.status
            if let block = pointee.reply { reply.pointee = OpaquePointer(block) }
        } else {
            pointee.isAbandoned = true
        }
        pthread_mutex_unlock(&pointee.mutex)
        release()
        return status
    }
}

extension Int64 {
    fileprivate func clampedSum(_ other: Int64) -> Int64 {
        let (sum, isBeyond) = addingReportingOverflow(other)
        return isBeyond ? .max : sum
    }
}
