import CBackstage
import Testing

/// What an actor does, and what it has seen. Lives until its last `deinit` has run.
final class Role {
    struct Message: Equatable {
        var type: Int
        var sender: backstage_ref = 0
        var text = ""
    }

    var seen: [Message] = []
    var texts: [String] { seen.map(\.text) }
    var reasons: [Int] = []
    var onStart: (Context) -> backstage_status = { _ in ok }
    var onReceive: (Context, UnsafePointer<backstage_envelope>) -> backstage_status = { _, _ in ok }
    /// How it supervises its children, if it does; and decides on a failure, by child and restarts.
    var supervision: backstage_supervision?
    var onFailure: ((Context, backstage_ref, backstage_status, UInt64) -> Int)?

    static func of(_ state: UnsafeMutableRawPointer?) -> Role {
        Unmanaged<Role>.fromOpaque(state!).takeUnretainedValue()
    }

    /// Options for any of the functions that spawn. If that fails, the role is let go.
    func withOptions(
        id: String? = nil, kind: String? = nil,
        _ spawn: (UnsafePointer<backstage_actor_options>) -> backstage_status
    ) -> backstage_status {
        var options = backstage_actor_options()
        options.size = MemoryLayout<backstage_actor_options>.size
        options.`init` = { context, state in Role.of(state).onStart(context!) }
        options.receive = { context, envelope, state in
            let role = Role.of(state)
            role.seen.append(Message(envelope!))
            return role.onReceive(context!, envelope!)
        }
        options.deinit = { _, reason, state in
            Role.of(state).reasons.append(Int(reason))
            if Int(reason) != BACKSTAGE_REASON_RESTARTED { Unmanaged<Role>.fromOpaque(state!).release() }
            return ok
        }
        options.state = Unmanaged.passRetained(self).toOpaque()
        let status = withSupervision { supervision in
            withCString(id) { id in
                withCString(kind) { kind in
                    options.supervision = supervision
                    options.id = id
                    options.kind = kind
                    return spawn(&options)
                }
            }
        }
        if status != ok { Unmanaged<Role>.fromOpaque(options.state).release() }
        return status
    }

    private func withSupervision(
        _ body: (UnsafePointer<backstage_supervision>?) -> backstage_status
    ) -> backstage_status {
        guard var supervision else { return body(nil) }
        supervision.size = MemoryLayout<backstage_supervision>.size
        if onFailure != nil {
            supervision.decide = { context, child, status, restarts, state in
                backstage_directive(Role.of(state).onFailure!(context!, child, status, restarts))
            }
        }
        return body(&supervision)
    }

    /// A callback that notes what it sees under another name.
    static let receiveElse: backstage_receive_callback = { context, envelope, state in
        let role = Role.of(state)
        role.seen.append(Message(type: Int(envelope!.pointee.type), text: "else: " + envelope!.text))
        return role.onReceive(context!, envelope!)
    }

    /// One that notes how many came, and the first of them.
    static let receiveBatch: backstage_receive_batch_callback = { context, envelopes, count, _, state in
        let role = Role.of(state)
        let text = "\(count) from " + envelopes!.text
        role.seen.append(Message(type: Int(envelopes!.pointee.type), text: text))
        return role.onReceive(context!, envelopes!)
    }
}

extension Role.Message {
    init(_ envelope: UnsafePointer<backstage_envelope>) {
        self.init(type: Int(envelope.pointee.type), sender: envelope.pointee.sender, text: envelope.text)
    }
}

extension UnsafePointer<backstage_envelope> {
    /// The payload of a message; "" for an event, which is no text.
    var text: String {
        guard pointee.type < backstage_message_type(BACKSTAGE_FAILURE) else { return "" }
        let bytes = UnsafeRawBufferPointer(start: pointee.payload, count: Int(pointee.size))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The payload of an event.
    func event<Event>(as type: Event.Type) -> Event {
        #expect(Int(pointee.size) == MemoryLayout<Event>.size)
        return pointee.payload.load(as: type)
    }
}

private func withCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    text?.withCString { body($0) } ?? body(nil)
}
