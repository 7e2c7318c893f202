import Backstage
import BackstageService
import Testing

@Suite("A shutdown request")
struct ShutdownRequestTests {
    @Test("keeps the furthest wish")
    func furthest() throws {
        let engine = try Engine()
        let request = ShutdownRequest()
        #expect(request.wish == .none)
        request.make(.drain, of: engine)
        #expect(request.wish == .drain)
        request.make(.stop, of: engine)
        request.make(.drain, of: engine)
        #expect(request.wish == .stop)
        try engine.close()
    }

    @Test("can begin once")
    func once() throws {
        let request = ShutdownRequest()
        try request.begin()
        #expect(throws: EngineServiceError.alreadyRun) { try request.begin() }
        request.end()
        #expect(throws: EngineServiceError.alreadyRun) { try request.begin() }
    }

    @Test("makes the run of an engine return while that runs, and not before or after")
    func stops() throws {
        let engine = try Engine()
        let actor = try engine.spawn { Idler() }
        let request = ShutdownRequest()
        request.make(.drain, of: engine)
        try actor.send(1)
        try engine.run(.noWait)
        #expect(try engine.statistics().handled == 1)
        try request.begin()
        request.make(.stop, of: engine)
        try actor.send(2)
        try engine.run(.noWait)
        #expect(try engine.statistics().handled == 1)
        try engine.close()
    }
}
