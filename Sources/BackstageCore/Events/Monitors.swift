import CBackstage

extension Actor {
    package func monitor(_ ref: backstage_ref) -> Status {
        let status = checkActive()
        if status != .ok { return status }
        let engine = pointee.engine
        if ref == 0 || ref == self.ref { return .invalidArgument }
        if monitorSource(of: ref) != nil { return .exists }
        guard let target = engine.actor(ref) else {
            guard let source = engine.makeSource(.monitor, for: self) else { return .noMemory }
            source.pointee.target = ref
            source.pointee.reason = Reason.notFound
            source.pointee.status = .ok
            engine.raise(source)
            return .ok
        }
        guard let extras = target.makeExtras(), let source = engine.makeSource(.monitor, for: self) else {
            return .noMemory
        }
        engine.linkPeer(source, to: target, extras)
        return .ok
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
