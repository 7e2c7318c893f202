import CBackstage

extension Actor {
    /// Changes the receive callback, from the next message or event on.
    package func become(_ receive: @escaping backstage_receive_callback) -> Status {
        become(receive, isBatch: false)
    }

    package func become(batch receive: @escaping backstage_receive_batch_callback) -> Status {
        become(unsafeBitCast(receive, to: backstage_receive_callback.self), isBatch: true)
    }

    private func become(_ receive: @escaping backstage_receive_callback, isBatch: Bool) -> Status {
        let status = checkActive()
        if status != .ok { return status }
        guard let life = makeLife() else { return .noMemory }
        if life.pointee.firstReceive == nil {
            life.pointee.firstReceive = pointee.receive
            life.pointee.firstIsBatch = pointee.flags.has(.batch)
        }
        pointee.engine.setReceive(self, receive, isBatch: isBatch)
        pointee.flags.insert(.interrupted)
        return .ok
    }
}

extension Engine {
    fileprivate func setReceive(_ actor: Actor, _ receive: backstage_receive_callback?, isBatch: Bool) {
        actor.pointee.receive = receive
        if isBatch { actor.pointee.flags.insert(.batch) } else { actor.pointee.flags.remove(.batch) }
    }

    /// A restarted actor receives as it first did.
    func resetReceive(_ actor: Actor, _ life: UnsafeMutablePointer<ActorLife>) {
        guard let first = life.pointee.firstReceive else { return }
        setReceive(actor, first, isBatch: life.pointee.firstIsBatch)
        life.pointee.firstReceive = nil
    }
}
