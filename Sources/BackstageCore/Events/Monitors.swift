import CBackstage

extension Actor {
    package func monitor(_ ref: backstage_ref) -> Status {
        let status = checkActive()
        if status != .ok { return status }
        let engine = pointee.engine
        if ref == 0 || ref == self.ref { return .invalidArgument }
        guard let target = engine.actor(ref) else {
            guard let source = makeMonitor() else { return .noMemory }
            engine.raiseNotFound(source, ref)
            return .ok
        }
        if monitorSource(of: ref) != nil { return .exists }
        guard let extras = target.makeExtras(), let source = makeMonitor() else { return .noMemory }
        engine.linkPeer(source, to: target, extras)
        engine.rememberMonitor(source)
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
            guard let source = makeMonitor() else { return .noMemory }
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

    /// Nil without memory, for the source or for its place in the table.
    private func makeMonitor() -> Source? {
        let engine = pointee.engine
        return engine.pointee.monitors.reserve(in: engine) ? engine.makeSource(.monitor, for: self) : nil
    }

    private func monitorSource(of ref: backstage_ref) -> Source? {
        pointee.engine.pointee.monitors.find(Engine.monitorHash(self, ref)) {
            $0.pointee.owner == self && $0.pointee.target == ref
        }
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
        rememberMonitor(source)
        raise(source)
    }

    /// Places and refs, not addresses, so that runs can be replayed.
    fileprivate static func monitorHash(_ owner: Actor, _ target: backstage_ref) -> UInt32 {
        let mixed = (target ^ UInt64(owner.index) << 20) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }

    /// The table has room. Who monitors nobody is told of that, and has nothing to be found by.
    fileprivate func rememberMonitor(_ source: Source) {
        if source.pointee.target == 0 { return }
        pointee.monitors.insert(Self.monitorHash(source.pointee.owner, source.pointee.target), source)
    }

    func forgetMonitor(_ source: Source) {
        if source.pointee.target == 0 { return }
        pointee.monitors.remove(Self.monitorHash(source.pointee.owner, source.pointee.target)) {
            $0 == source
        }
    }
}
