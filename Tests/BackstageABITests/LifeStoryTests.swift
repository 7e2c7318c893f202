import CBackstage
import Testing

struct LifeStoryTests {
    /// One that receives in turn as at first, as another, and many at a time.
    @Test func anActorBecomesAnother() throws {
        let stage = try Stage()
        let role = Role()
        role.onReceive = { context, envelope in
            switch envelope.text {
            case "other": backstage_become(context, Role.receiveElse)
            case "batch": backstage_become_batch(context, Role.receiveBatch)
            default: ok
            }
        }
        let actor = try stage.spawn(role)
        for text in ["a", "other", "b", "batch", "c", "d"] { stage.send(text, to: actor) }
        #expect(stage.run() == ok)
        #expect(role.texts == ["a", "other", "else: b", "else: batch", "2 from c"])
        let context = try stage.context(actor)
        #expect(backstage_become(context, nil) == backstage_status(BACKSTAGE_INVALID_ARGUMENT))
        #expect(backstage_become_batch(context, nil) == backstage_status(BACKSTAGE_INVALID_ARGUMENT))
    }

    /// What comes before a key is set aside until then.
    @Test func messagesAreSetAsideForLater() throws {
        let stage = try Stage()
        let role = Role()
        var isOpen = false
        var count: UInt32 = 0
        role.onReceive = { context, envelope in
            if envelope.text == "key" {
                isOpen = true
                return backstage_unstash(context, &count)
            }
            return isOpen ? ok : backstage_stash(context, envelope)
        }
        let actor = try stage.spawn(role)
        for text in ["a", "b"] { stage.send(text, to: actor) }
        #expect(stage.run() == ok)
        #expect(stage.statistics(of: actor).stashed == 2 && stage.statistics.queued == 2)
        for text in ["key", "c"] { stage.send(text, to: actor) }
        #expect(stage.run() == ok)
        #expect(role.texts == ["a", "b", "key", "a", "b", "c"])
        #expect(count == 2 && stage.statistics.handled == 4)
        var stray = backstage_envelope()
        let context = try stage.context(actor)
        #expect(backstage_stash(context, &stray) == backstage_status(BACKSTAGE_INVALID_ARGUMENT))
        #expect(backstage_unstash(context, nil) == ok)
    }

    @Test func silenceIsToldOf() throws {
        let stage = try Stage()
        let role = Role()
        var dues: [UInt64] = []
        role.onReceive = { _, envelope in
            guard Int(envelope.pointee.type) == BACKSTAGE_RECEIVE_TIMEOUT else { return ok }
            dues.append(envelope.event(as: backstage_timer_event.self).due_ns)
            return ok
        }
        let actor = try stage.spawn(role)
        let context = try stage.context(actor)
        #expect(backstage_receive_timeout(context, 100) == ok)
        stage.advance(60)
        stage.send("hello", to: actor)
        #expect(stage.run() == ok)
        stage.advance(60)
        #expect(dues == [])
        stage.advance(40)
        #expect(dues == [160])
        #expect(backstage_receive_timeout(context, 0) == ok)
        stage.advance(1_000)
        #expect(dues.count == 1)
        #expect(backstage_receive_timeout(context, -1) == backstage_status(BACKSTAGE_INVALID_ARGUMENT))
    }

    /// A family does what it has begun, and then ends; but not for ever.
    @Test func aFamilyIsDrained() throws {
        let stage = try Stage()
        let (root, child, other) = (Role(), Role(), Role())
        let outside = try stage.context(try stage.spawn(other))
        let rootRef = try stage.spawn(root)
        let childRef = try stage.spawn(child, under: rootRef)
        root.onReceive = { context, envelope in
            backstage_send(context, childRef, envelope.pointee.payload, Int(envelope.pointee.size))
        }
        stage.send("task", to: rootRef)
        #expect(backstage_drain(outside, rootRef, 1_000) == ok)
        for ref in [rootRef, childRef] {
            #expect(backstage_send(outside, ref, "late", 4) == backstage_status(BACKSTAGE_ENDING))
        }
        #expect(stage.run() == ok)
        #expect(root.texts == ["task"] && child.texts == ["task"])
        #expect(child.reasons == [BACKSTAGE_REASON_STOPPED] && root.reasons == [BACKSTAGE_REASON_STOPPED])
        #expect(backstage_drain(outside, rootRef, 0) == backstage_status(BACKSTAGE_NOT_FOUND))
        #expect(stage.statistics.dead == 0)
    }

    /// A drain of the engine ends its run: well, or with some who had to be killed.
    @Test func anEngineIsDrained() throws {
        let stage = try Stage()
        for (timeout, end) in [(-1, BACKSTAGE_REASON_STOPPED), (0, BACKSTAGE_REASON_KILLED)] as [(Int64, Int)]
        {
            let (first, last) = (Role(), Role())
            let refs = [try stage.spawn(first), try stage.spawn(last)]
            for ref in refs { stage.send("task", to: ref) }
            #expect(backstage_engine_drain(stage.engine, timeout) == ok)
            var ref: backstage_ref = 0
            let refused = Role().withOptions { backstage_engine_spawn(stage.engine, $0, &ref) }
            #expect(refused == backstage_status(BACKSTAGE_ENDING))
            let isKilled = end == BACKSTAGE_REASON_KILLED
            #expect(stage.run() == (isKilled ? backstage_status(BACKSTAGE_TIMEOUT) : ok))
            #expect(first.texts == (isKilled ? [] : ["task"]) && last.texts == first.texts)
            #expect(first.reasons == [end] && last.reasons == [end])
            #expect(stage.statistics.actors == 0)
        }
    }
}
