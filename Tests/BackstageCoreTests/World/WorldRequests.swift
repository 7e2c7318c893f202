import CBackstage
import Testing

@testable import BackstageCore

extension World {
    func request(as actor: Actor) {
        let bytes = newPayload()
        var token: UInt64 = 0
        let timeout = Int64(random.below(3)) * 50
        let status = actor.request(anyRef, bytes, bytes.count, timeout: timeout, &token)
        // One that a policy dropped has failed already, and is still to be told.
        if status == .ok {
            accepted(bytes)
            promises.requested(token, by: actor.ref)
        }
        note("request", status)
    }

    func requestToID(as actor: Actor) {
        let bytes = newPayload()
        var token: UInt64 = 0
        let accepted = engine.pointee.accepted
        let id = anyID
        let status = id.withCString {
            actor.request(toID: $0, bytes, bytes.count, timeout: Int64(random.below(3)) * 50, &token)
        }
        if status == .ok {
            // To nobody it fails without a message.
            if engine.pointee.accepted > accepted { self.accepted(bytes) }
            promises.requested(token, by: actor.ref)
        }
        note("request to \(id)", status)
    }

    /// Answers one of the last requests that anybody saw, perhaps again.
    func reply(as actor: Actor) {
        guard let request = requests.suffix(8).randomElement(using: &random) else { return }
        let bytes = newPayload()
        let status = actor.reply(to: request.sender, request.token, bytes, bytes.count)
        if status == .ok, request.sender == 0 {
            // Handled as soon as it is accepted.
            outsideReplies.insert(bytes)
        } else if status == .ok || status == .notWaiting {
            accepted(bytes)
        }
        note("reply", status)
    }

    /// Asks from outside any actor, and runs the engine until there is an answer.
    func requestFromOutside() {
        var bytes = newPayload()
        bytes.replaceSubrange(0..<8, with: [0, 0, 0, 0, 0, 0, 0, 0])
        var reply: OpaquePointer?
        let timeout = Int64(random.below(100))
        let status: Status
        if chance(1, in: 2) {
            status = engine.request(anyRef, bytes, bytes.count, timeout: timeout, &reply)
        } else {
            status = anyID.withCString {
                engine.request(toID: $0, bytes, bytes.count, timeout: timeout, &reply)
            }
        }
        #expect((reply != nil) == (status == .ok))
        if let reply { takeAnswer(reply) }
        note("request from outside", status)
    }

    private func takeAnswer(_ reply: OpaquePointer) {
        let block = Block(reply)
        let bytes = [UInt8](UnsafeRawBufferPointer(start: block.pointee.bytes, count: block.pointee.size))
        let former = outsideReplies.remove(bytes)
        #expect(former != nil)
        block.releaseShared()
    }

    /// As if on another thread, which looks for its answer now and then.
    func requestFromElsewhere() {
        var bytes = newPayload()
        bytes.replaceSubrange(0..<8, with: [0, 0, 0, 0, 0, 0, 0, 0])
        typealias Request = UnsafeMutablePointer<OutsideRequest>
        let ref = anyRef
        var made: Request?
        engine.observe { made = Request.make(in: engine, nameLength: 0, timeout: 100) }
        guard let made else { return }
        var status = Status.ok
        engine.observe { status = engine.enqueue(.request, ref, nil, bytes, bytes.count, made) }
        note("request from elsewhere", status)
        if status == .ok { return outsideRequests.append(made) }
        made.release()
        made.release()
    }

    /// Takes the answers that have come; gives up on some that have not.
    func takeAnswers() {
        outsideRequests.removeAll { request in
            guard request.isAnswered || chance(1, in: 10) else { return false }
            var reply: OpaquePointer?
            let status = request.take(&reply, orElse: .timeout)
            if let reply { takeAnswer(reply) }
            note("answer", status)
            return true
        }
    }
}
