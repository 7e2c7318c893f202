import CBackstage
import Testing

struct ActorStoryTests {
    /// A parent with a child, and a friend that is no child: who they are, and how they end.
    @Test func actorsLiveAndEnd() throws {
        let stage = try Stage()
        let (parent, child, friend) = (Role(), Role(), Role())
        var (childRef, friendRef) = (backstage_ref(), backstage_ref())
        parent.onStart = { context in
            let born = child.withOptions(id: "child") { backstage_spawn_child(context, $0, &childRef) }
            #expect(born == ok)
            return friend.withOptions(id: "friend") { backstage_spawn(context, $0, &friendRef) }
        }
        child.onStart = { context in
            #expect(backstage_context_self(context) == childRef)
            #expect(backstage_context_engine(context) == stage.engine)
            #expect(String(cString: backstage_context_id(context)) == "child")
            return ok
        }
        let parentRef = try stage.spawn(parent, id: "parent")
        #expect(stage.run() == ok)
        #expect(backstage_context_parent(try stage.context(childRef)) == parentRef)
        #expect(backstage_context_parent(try stage.context(friendRef)) == 0)
        #expect(livingActors(stage) == [parentRef, childRef, friendRef])

        #expect(backstage_shutdown(try stage.context(parentRef)) == ok)
        #expect(stage.run() == ok)
        #expect(child.reasons == [BACKSTAGE_REASON_STOPPED])
        #expect(parent.reasons == [BACKSTAGE_REASON_NORMAL])
        #expect(livingActors(stage) == [friendRef])
    }

    private func livingActors(_ stage: Stage) -> [backstage_ref] {
        var refs: [backstage_ref] = []
        let status = withUnsafeMutablePointer(to: &refs) { refs in
            backstage_engine_each_actor(
                stage.engine,
                { _, ref, refs in
                    refs!.assumingMemoryBound(to: [backstage_ref].self).pointee.append(ref)
                    return 0
                }, refs)
        }
        #expect(status == ok)
        return refs
    }

    @Test func anIdLeadsToItsActorAndBack() throws {
        let stage = try Stage()
        let actor = try stage.spawn(Role(), id: "somebody")
        var found: backstage_ref = 0
        #expect(backstage_engine_find(stage.engine, "somebody", &found) == ok)
        #expect(found == actor)
        var id: UnsafePointer<CChar>?
        #expect(backstage_engine_actor_id(stage.engine, actor, &id) == ok)
        #expect(id.map { String(cString: $0) } == "somebody")
        let missing = backstage_engine_find(stage.engine, "nobody", &found)
        #expect(missing == backstage_status(BACKSTAGE_NOT_FOUND))
        #expect(found == actor)
    }

    /// A stop leaves messages behind; a poison does not.
    @Test func stoppedAndPoisoned() throws {
        let stage = try Stage()
        let (stopped, poisoned) = (Role(), Role())
        let refs = [try stage.spawn(stopped), try stage.spawn(poisoned)]
        let context = try stage.context(try stage.spawn(Role()))
        for ref in refs { #expect(backstage_send(context, ref, "last", 4) == ok) }
        #expect(backstage_stop(context, refs[0]) == ok)
        #expect(backstage_poison(context, refs[1]) == ok)
        #expect(backstage_send(context, refs[1], "late", 4) == backstage_status(BACKSTAGE_ENDING))
        #expect(stage.statistics(of: refs[1]).queued == 1)
        #expect(stage.run() == ok)
        #expect(stopped.texts == [] && poisoned.texts == ["last"])
        #expect(stopped.reasons == [BACKSTAGE_REASON_STOPPED])
        #expect(poisoned.reasons == [BACKSTAGE_REASON_STOPPED])
        #expect(stage.statistics.dead == 1)
    }

    @Test func monitorsAreTold() throws {
        let stage = try Stage()
        let watcher = Role()
        var told: [backstage_termination] = []
        watcher.onReceive = { _, envelope in
            told.append(envelope.event(as: backstage_termination.self))
            return ok
        }
        let context = try stage.context(try stage.spawn(watcher))
        let failing = Role()
        failing.onReceive = { _, _ in -1001 }
        let refs = [try stage.spawn(failing), try stage.spawn(Role())]
        for ref in refs { #expect(backstage_monitor(context, ref) == ok) }
        #expect(backstage_unmonitor(context, refs[1]) == ok)
        #expect(backstage_send(context, refs[0], nil, 0) == ok)
        #expect(backstage_stop(context, refs[1]) == ok)
        #expect(stage.run() == ok)
        #expect(watcher.seen.map(\.sender) == [refs[0]])
        #expect(told.map(\.reason) == [backstage_reason(BACKSTAGE_REASON_FAILED)])
        #expect(told.map(\.status) == [-1001])
    }
}
