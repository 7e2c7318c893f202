import CBackstage
import CLibev

// Requests from outside any actor. On another thread the asker blocks; on the engine's own it runs the
// engine until the answer is there.

extension Engine {
    package func request(
        _ receiver: backstage_ref, _ payload: UnsafeRawPointer?, _ size: Int, timeout: Int64,
        _ reply: UnsafeMutablePointer<OpaquePointer?>
    ) -> Status {
        if !isOwnThread { return requestRemotely(.request, receiver, nil, payload, size, timeout, reply) }
        return requestHere(timeout, payload, size, reply) { actor(receiver) }
    }

    package func request(
        toID id: UnsafePointer<CChar>?, _ payload: UnsafeRawPointer?, _ size: Int, timeout: Int64,
        _ reply: UnsafeMutablePointer<OpaquePointer?>
    ) -> Status {
        guard let name = name(id) else { return id == nil ? .invalidArgument : .invalidID }
        if !isOwnThread { return requestRemotely(.requestToID, 0, name, payload, size, timeout, reply) }
        return requestHere(timeout, payload, size, reply) { actor(named: name) }
    }

    private func requestRemotely(
        _ action: RemoteAction, _ receiver: backstage_ref, _ name: Name?, _ payload: UnsafeRawPointer?,
        _ size: Int, _ timeout: Int64, _ reply: UnsafeMutablePointer<OpaquePointer?>
    ) -> Status {
        // Before memory is taken for nothing.
        var status = checkPayload(payload, size)
        if status != .ok { return status }
        guard
            let request = UnsafeMutablePointer<OutsideRequest>.make(
                in: self, nameLength: name?.length ?? 0, timeout: timeout)
        else { return .noMemory }
        status = enqueue(action, receiver, name, payload, size, request)
        if status == .ok { return request.wait(reply) }
        request.release()
        request.release()
        return status
    }

    private func requestHere(
        _ timeout: Int64, _ payload: UnsafeRawPointer?, _ size: Int,
        _ reply: UnsafeMutablePointer<OpaquePointer?>, _ find: () -> Actor?
    ) -> Status {
        var status = checkOutsideCallbacks()
        if status != .ok { return status }
        guard let target = find() else { return .notFound }
        status = compose(MessageType.request, from: 0, payload, size)
        if status != .ok { return status }
        guard
            let request = UnsafeMutablePointer<OutsideRequest>.make(in: self, nameLength: 0, timeout: timeout)
        else {
            discard(pointee.outbox)
            return .noMemory
        }
        status = deliver(request, to: target)
        if status != .ok {
            discard(pointee.outbox)
            request.release()
            request.release()
            return status
        }
        let token = pointee.outbox.pointee.token
        let (result, runStatus) = run(timeout: timeout) { request.isAnswered }
        status = runStatus == .ok ? result : runStatus
        // What ended the run is not lost for an answer that came as well.
        if request.isAnswered, runStatus != .ok { endRun(runStatus) }
        let answer = request.take(reply, orElse: status == .ok ? .stopped : status)
        if let source = waitingRequest(token, of: 0) { failRequest(source, .timeout) }
        return answer
    }

    /// Sends the request in the outbox, which stays the caller's if that fails.
    func deliver(_ request: UnsafeMutablePointer<OutsideRequest>, to target: Actor) -> Status {
        let isTimed = request.pointee.timeout >= 0
        guard let extras = target.makeExtras(), !isTimed || pointee.timers.reserve(in: self),
            let source = pointee.sources.take(in: self)
        else { return .noMemory }
        source.pointee.kind = .outside
        source.pointee.owner = pointee.actors
        source.pointee.isPending = false
        source.pointee.heapIndex = noTimer
        source.pointee.outside = request
        linkPeer(source, to: target, extras)
        if isTimed { startTimeout(source, after: UInt64(request.pointee.timeout)) }
        pointee.outbox.pointee.token = source.token
        let status = deliver(pointee.outbox, to: target)
        if status != .ok { forget(source, of: target) }
        return status
    }

    private func forget(_ source: Source, of target: Actor) {
        cancelTimeout(source)
        unlinkPeer(source, from: target)
        pointee.sources.give(source)
    }

    func replyOutside(
        _ source: Source, from sender: backstage_ref, _ payload: UnsafeRawPointer?, _ size: Int
    ) -> Status {
        let status = checkPayload(payload, size)
        if status != .ok { return status }
        guard let block = makePayload(size) else { return .noMemory }
        if let payload { memcpy(block.pointee.bytes, payload, size) }
        let token = source.token
        let request = source.pointee.outside.unsafelyUnwrapped
        if let target = actor(source.pointee.target) { forget(source, of: target) }
        pointee.accepted += 1
        if request.answer(.ok, block) {
            pointee.handled += 1
            return .ok
        }
        compose(MessageType.reply, from: sender, block, token: token)
        bury(pointee.outbox, addressedTo: 0, DeadReason.notWaiting)
        return .notWaiting
    }

    /// The request's source is out of all lists but the table.
    func failOutside(_ source: Source, _ status: Status) {
        let request = source.pointee.outside.unsafelyUnwrapped
        pointee.sources.give(source)
        _ = request.answer(pointee.isDestroying ? .ending : status, nil)
    }
}
