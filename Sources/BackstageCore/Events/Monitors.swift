import CBackstage

extension Actor {
    package func monitor(_ ref: backstage_ref) -> Status {
        let status = checkActive()
        if status != .ok { return status }
        let engine = pointee.engine
        if ref == 0 || ref == self.ref { return .invalidArgument }
        guard let target = engine.actor(ref) else {
            guard let source = engine.makeSource(.monitor, for: self) else { return .noMemory }
            engine.raiseNotFound(source, ref)
            return .ok
        }
        if monitorSource(of: ref) != nil { return .exists }
        guard let extras = target.makeExtras(), let source = engine.makeSource(.monitor, for: self) else {
            return .noMemory
        }
        engine.linkPeer(source, to: target, extras)
        return .ok
    }

    /// The same for whoever has an id now.
    package func monitor(
        id: UnsafePointer<CChar>?, _ found: UnsafeMutablePointer<backstage_ref>?
    ) -> Status {
        let status = checkActive()
        if status != .ok { return status }
        let engine = pointee.engine
        guard let name = engine.name(id) else { return id == nil ? .invalidArgument : .invalidID }
        guard let target = engine.actor(named: name) else {
            guard let source = engine.makeSource(.monitor, for: self) else { return .noMemory }
            engine.raiseNotFound(source, 0)
            found?.pointee = 0
            return .ok
        }
        let monitored = monitor(target.ref)
        if monitored == .ok { found?.pointee = target.ref }
        return monitored
    }

    package func unmonitor(_ ref: backstage_ref) -> Status {
        let status = check()
        if status != .ok { return status }
        guard let source = monitorSource(of: ref) else { return .notMonitored }
        pointee.engine.cancel(source)
        return .ok
    }

    /// This actor's monitor of another. Walks the shorter of two lists: there is no telling which.
    private func monitorSource(of ref: backstage_ref) -> Source? {
        var mine = details.pointee.extras?.pointee.sources
        var theirs = pointee.engine.actor(ref)?.details.pointee.extras?.pointee.peers
        let isAlive = pointee.engine.actor(ref) != nil
        while let source = mine {
            if source.pointee.kind == .monitor, source.pointee.target == ref { return source }
            if isAlive {
                guard let peer = theirs else { return nil }
                if peer.pointee.kind == .monitor, peer.pointee.owner == self { return peer }
                theirs = peer.pointee.peerNext
            }
            mine = source.pointee.next
        }
        return nil
    }
}

extension Engine {
    /// Tells at once that there is nobody to monitor.
    fileprivate func raiseNotFound(_ source: Source, _ ref: backstage_ref) {
        source.pointee.target = ref
        source.pointee.reason = Reason.notFound
        source.pointee.status = .ok
        source.pointee.origin = ref
        source.pointee.originReason = Reason.notFound
        raise(source)
    }
}
