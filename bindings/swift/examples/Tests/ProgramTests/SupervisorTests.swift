import Backstage
import BackstageTestKit
import Machine
import Testing

@testable import hostwatch

/// Who of hostwatch's actors starts again when it fails, and who does not.
struct SupervisorTests {
    private struct Fault: Error {}

    private let stage: Stage
    private let supervisor: ActorRef<Supervisor.Message>
    private let end = End()

    /// All have been spawned, and none has been sent anything yet.
    init() throws {
        stage = try Stage()
        let source = Source(Files.recording("proc"))
        supervisor = try stage.spawn("supervisor") { [end] in
            Supervisor(source, .seconds(1), Log(isKept: true), end)
        }
        try stage.step()
    }

    @Test func withoutABoardThereIsNoUseInGoingOn() throws {
        let board = try stage.engine.find("board", as: Board.Message.self)
        try stage.fail(board, with: Fault())
        try stage.expectEnd(of: board, .failed)
        try stage.expectEnd(of: supervisor, .failed)
        #expect(!end.isInOrder)
        try stage.close()
    }

    @Test func aSamplerStartsAgain() throws {
        let board = try stage.probe(on: Topic<Reading>(">", of: "memory"))
        let sampler = try stage.engine.find("memory", as: Sampler<MemoryGauge>.Message.self)
        try stage.fail(sampler, with: Fault())
        try stage.advance(by: .seconds(2))
        #expect(board.received.count >= 2)
        try stage.close()
    }
}
