import CBackstage

/// For each place, who the drain of its smallest drained family began with. Made when a drain first needs
/// it: a family may be deep, and its members ask at every message.
struct DrainRoots {
    var table: Reservation?
}

extension Engine {
    /// False without memory.
    func prepareDrains() -> Bool {
        if pointee.drainRoots.table != nil { return true }
        let bytes = Int(pointee.actorsCommitted) * drainRootBytes
        guard pointee.sharedBlocks.reserve(bytes) else { return false }
        let whole = Int(pointee.actorsMax) * drainRootBytes
        let table = Reservation(bytes: whole)
        guard let table, table.commit(from: 0, to: whole) else {
            table?.release()
            pointee.sharedBlocks.unreserve(bytes)
            return false
        }
        pointee.drainRoots.table = table
        return true
    }

    /// What each place more takes of it.
    var drainRootStride: Int { pointee.drainRoots.table == nil ? 0 : drainRootBytes }

    /// The place of the root; none for who is not drained, or only with the whole engine.
    func drainRoot(of actor: Actor) -> UInt32 {
        guard actor.details.pointee.marks.has(.draining), let roots else { return noActor }
        return roots[Int(actor.index)]
    }

    func setDrainRoot(of actor: Actor, _ root: UInt32) { roots?[Int(actor.index)] = root }

    private var roots: UnsafeMutablePointer<UInt32>? {
        pointee.drainRoots.table?.base.assumingMemoryBound(to: UInt32.self)
    }

    func releaseDrainRoots() {
        pointee.drainRoots.table?.release()
        pointee.drainRoots.table = nil
    }
}

private let drainRootBytes = MemoryLayout<UInt32>.stride
