import CBackstage

// Many messages in one call, and how many an inbox would take.

/// Messages side by side: `sizes[i]` bytes each, one behind the other.
package struct Payloads {
    let bytes: UnsafeRawPointer?
    let sizes: UnsafePointer<UInt32>
    let count: Int

    /// Nil if there are none where there should be some.
    package init?(_ bytes: UnsafeRawPointer?, _ sizes: UnsafePointer<UInt32>?, _ count: Int) {
        // Any address does for a list of none.
        guard let sizes = sizes ?? (count == 0 ? UnsafePointer(bitPattern: 4) : nil), count >= 0 else {
            return nil
        }
        self.bytes = bytes
        self.sizes = sizes
        self.count = count
    }

    /// Sends one after the other, until one is refused. Counts those that are not.
    @inline(__always)
    fileprivate func each(_ accepted: inout Int, _ send: (UnsafeRawPointer?, Int) -> Status) -> Status {
        var next = bytes
        while accepted < count {
            let size = Int(sizes[accepted])
            let status = send(next, size)
            if status != .ok { return status }
            next = next.map { $0 + size }
            accepted += 1
        }
        return .ok
    }
}

extension Actor {
    package func send(_ receiver: backstage_ref, _ payloads: Payloads, _ accepted: inout Int) -> Status {
        let status = check()
        return status == .ok
            ? pointee.engine.sendMany(from: ref, receiver, payloads, &accepted) : status
    }

    /// Messages that another actor's inbox takes before its policy applies.
    package func room(of receiver: backstage_ref, _ messages: UnsafeMutablePointer<UInt32>) -> Status {
        let status = check()
        if status != .ok { return status }
        guard let actor = pointee.engine.actor(receiver) else { return .notFound }
        let refusal = actor.refusal(of: ref)
        if refusal != .ok { return refusal }
        let occupied = actor.occupied
        let room = actor.room
        messages.pointee = room > occupied ? room - occupied : 0
        return .ok
    }
}

extension Engine {
    package func sendManyFromOutside(
        _ receiver: backstage_ref, _ payloads: Payloads, _ accepted: inout Int
    ) -> Status {
        if isHere { return sendMany(from: 0, receiver, payloads, &accepted) }
        return payloads.each(&accepted) { enqueue(.send, receiver, nil, $0, $1) }
    }

    fileprivate func sendMany(
        from sender: backstage_ref, _ receiver: backstage_ref, _ payloads: Payloads, _ accepted: inout Int
    ) -> Status {
        payloads.each(&accepted) { send(from: sender, receiver, $0, $1) }
    }
}
