import CBackstage
import Testing

/// What an actor does, and what it has seen. Lives until its `deinit` has run.
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

    private static func of(_ state: UnsafeMutableRawPointer?) -> Role {
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
            Unmanaged<Role>.fromOpaque(state!).release()
            return ok
        }
        options.state = Unmanaged.passRetained(self).toOpaque()
        let status = withCString(id) { id in
            withCString(kind) { kind in
                options.id = id
                options.kind = kind
                return spawn(&options)
            }
        }
        if status != ok { Unmanaged<Role>.fromOpaque(options.state).release() }
        return status
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
