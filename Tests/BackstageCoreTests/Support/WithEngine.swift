import CBackstage
import Testing

@testable import BackstageCore

/// Runs a test on an engine of its own, then sees that all within fits together and that it ends
/// cleanly. On a virtual clock, and with a limit to its memory, unless told otherwise.
func withEngine(
    _ adjust: (inout backstage_engine_options) -> Void = { _ in }, _ body: (Engine) throws -> Void
) throws {
    var options = backstage_engine_options()
    options.size = MemoryLayout<backstage_engine_options>.size
    options.clock = UInt32(BACKSTAGE_CLOCK_VIRTUAL)
    options.actors_max = 4096
    options.memory_bytes_max = 1 << 30
    adjust(&options)
    var made: Engine?
    try #require(Engine.create(options, &made) == .ok)
    let engine = try #require(made)
    defer { #expect(engine.destroy() == .ok) }
    try body(engine)
    engine.expectNoFaults()
}

extension Engine {
    func runUntilIdle() { #expect(run(UInt32(BACKSTAGE_RUN_UNTIL_IDLE), timeout: -1) == .ok) }

    /// A turn for each actor that is ready.
    func runEachReady() { #expect(run(UInt32(BACKSTAGE_RUN_NO_WAIT), timeout: -1) == .ok) }

    /// Runs `body` while the engine may take no more memory.
    func withoutMemory(_ body: () throws -> Void) rethrows {
        releaseCaches()
        let left = pointee.sharedBlocks.pointee.heldBytesMax - heldBytes
        #expect(pointee.sharedBlocks.reserve(left))
        defer { pointee.sharedBlocks.unreserve(left) }
        try body()
    }

    /// Sends bytes as if from nobody.
    func send(_ bytes: [UInt8], to actor: Actor) -> Status { send(from: 0, to: actor, bytes, bytes.count) }
}
