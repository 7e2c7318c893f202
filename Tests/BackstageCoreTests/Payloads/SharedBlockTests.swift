import CBackstage
import Testing

@testable import BackstageCore

/// Blocks that users hold.
struct SharedBlockTests {
    /// Counts how often wrapped memory was freed, and what could be called then.
    private final class Freed {
        var sizes: [Int] = []
        var statuses: [Status] = []
        var engine: Engine?
    }

    private let note: backstage_free_callback = { data, size, state in
        let freed = Unmanaged<Freed>.fromOpaque(state!).takeUnretainedValue()
        freed.sizes.append(size)
        if let engine = freed.engine { freed.statuses.append(engine.check()) }
        data?.deallocate()
    }

    private func wrap(_ engine: Engine, _ size: Int, _ freed: Freed) throws -> Block {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        let state = Unmanaged.passUnretained(freed).toOpaque()
        return try #require(engine.wrapPayload(memory, size, free: note, state: state))
    }

    @Test func wrappedMemoryIsFreedOnceByItsCallback() throws {
        try withEngine { engine in
            let freed = Freed()
            freed.engine = engine
            let block = try wrap(engine, 100_000, freed)
            block.retain()
            block.releaseShared()
            #expect(freed.sizes == [])
            block.releaseShared()
            #expect(freed.sizes == [100_000])
            #expect(freed.statuses == [.inCallback])
            #expect(engine.check() == .ok)
            // The header is used again, for bytes of its own.
            let other = try #require(engine.makePayload(0))
            #expect(other == block)
            #expect(other.pointee.free == nil)
            other.releaseShared()
            #expect(freed.sizes.count == 1)
        }
    }

    /// A wrapped payload weighs what it holds on to, in inboxes; not in the engine's memory.
    @Test func wrappedMemoryIsNotTheEngines() throws {
        try withEngine { engine in
            let freed = Freed()
            let actor = try engine.spawn()
            let held = engine.heldBytes
            let block = try wrap(engine, 100_000, freed)
            #expect(engine.heldBytes - held == blockBytes(blockClass(blockHeaderBytes)))
            #expect(engine.sendFromOutside(actor.ref, payload: block) == .ok)
            #expect(engine.statistics(of: actor).memory_bytes >= 100_000)
            engine.runUntilIdle()
            #expect(freed.sizes == [100_000])
            #expect(engine.statistics(of: actor).memory_bytes == 0)
        }
    }

    @Test func aPayloadOfAnotherEngineIsRefused() throws {
        try withEngine { engine in
            try withEngine { other in
                let actor = try engine.spawn()
                let block = try #require(other.makePayload(100))
                #expect(engine.sendFromOutside(actor.ref, payload: block) == .otherEngine)
                #expect(actor.send(actor.ref, payload: block) == .otherEngine)
                #expect(actor.publish(.main, .block(block), nil) == .otherEngine)
                block.releaseShared()
            }
        }
    }

    /// A payload kept in a callback: a short one is copied, a long one shared and then the user's.
    @Test(arguments: [0, 5, 32, 33, 100_000])
    func whatIsKeptOutlivesTheMessage(_ size: Int) throws {
        var kept: Block?
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        try withEngine { engine in
            let probe = Probe()
            probe.onReceive = { _, message in
                kept = engine.keepPayload(of: message)
                if size > 32 { #expect(kept == message.block) }
                return .ok
            }
            let actor = try engine.spawn(probe)
            #expect(engine.send(bytes, to: actor) == .ok)
            engine.runUntilIdle()
            #expect(kept?.pointee.shared == engine.pointee.sharedBlocks)
        }
        // The engine is gone; the payload, and what counts it, stay until released.
        let block = try #require(kept)
        #expect(
            [UInt8](UnsafeRawBufferPointer(start: block.pointee.bytes, count: block.pointee.size)) == bytes)
        block.retain()
        block.releaseShared()
        block.releaseShared()
    }

    /// What users gave back serves the engine's own blocks, and the other way round.
    @Test func bothPoolsServeBoth() throws {
        try withEngine { engine in
            let payload = try #require(engine.makePayload(5000))
            payload.releaseShared()
            let held = engine.heldBytes
            let block = try #require(engine.makeBlock(5000))
            #expect(block == payload)
            #expect(block.pointee.shared == nil)
            #expect(engine.heldBytes == held)
            engine.release(block)
            let again = try #require(engine.makeBlock(5000))
            #expect(again == block)
            engine.release(again)
        }
    }

    /// What users give back beyond 64 MiB goes back to the allocator, and is no longer counted.
    @Test func thePoolIsBounded() throws {
        try withEngine { engine in
            let held = engine.heldBytes
            let size = (1 << 20) - blockHeaderBytes
            let payloads = try (0..<70).map { _ in try #require(engine.makePayload(size)) }
            #expect(engine.heldBytes == held + (70 << 20))
            payloads.forEach { $0.releaseShared() }
            #expect(engine.heldBytes == held + cachedBlockBytesMax)
            engine.releaseCaches()
            #expect(engine.heldBytes == held)
        }
    }

    /// Several threads retain, release and make payloads of one engine, and none is lost.
    @Test func anyThreadMayHoldPayloads() throws {
        try withEngine { engine in
            let held = engine.heldBytes
            nonisolated(unsafe) let pool = engine.pointee.sharedBlocks
            nonisolated(unsafe) let shared = try #require(engine.makePayload(200))
            try withThreads(4) { thread in
                for number in 0..<3000 {
                    shared.retain()
                    let own = pool.make(number % 500 + 1)
                    #expect(own != nil)
                    own?.pointee.bytes.storeBytes(of: UInt8(thread), as: UInt8.self)
                    own?.releaseShared()
                    shared.releaseShared()
                }
            } meanwhile: {
            }
            #expect(shared.pointee.references.load(ordering: .relaxed) == 1)
            shared.releaseShared()
            #expect(pool.pointee.references.load(ordering: .relaxed) == 1)
            engine.releaseCaches()
            #expect(engine.heldBytes == held)
        }
    }
}
