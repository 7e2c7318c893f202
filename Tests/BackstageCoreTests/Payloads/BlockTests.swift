import CBackstage
import Glibc
import Testing

@testable import BackstageCore

struct BlockTests {
    private func references(_ block: Block) -> Int { block.pointee.references.load(ordering: .relaxed) }

    /// What the engine's pool of free blocks holds, counted one by one.
    private func cachedBytes(_ engine: Engine) -> Int {
        var bytes = 0
        for sizeClass in 0..<blockClasses {
            var block = engine.pointee.freeBlocks[sizeClass]
            while let this = block {
                #expect(this.pointee.sizeClass == sizeClass)
                bytes += blockBytes(sizeClass)
                block = this.pointee.next
            }
        }
        return bytes
    }

    @Test(arguments: [0, 1, 33, 960, 961, 1024, 65_536, 1 << 20])
    func hasRoomForItsBytes(_ size: Int) throws {
        try withEngine { engine in
            let block = try #require(engine.makeBlock(size))
            #expect(block.pointee.size == size)
            #expect(UInt(bitPattern: block.pointee.bytes) % 16 == 0)
            memset(block.pointee.bytes, 7, size)
            #expect(references(block) == 1)
            engine.release(block)
        }
    }

    @Test func isUsedAgainWhenTheLastReferenceIsGone() throws {
        try withEngine { engine in
            let block = try #require(engine.makeBlock(1000))
            block.retain(2)
            engine.release(block)
            engine.release(block)
            let other = try #require(engine.makeBlock(1000))
            #expect(other != block)
            engine.release(block)
            // Another size of the same class, with a header of its own.
            let again = try #require(engine.makeBlock(990))
            #expect(again == block)
            #expect(references(again) == 1)
            #expect(again.pointee.size == 990)
            engine.release(again)
            engine.release(other)
        }
    }

    /// Blocks of all sizes come and go; the pool knows what it holds, and gives it all back.
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func thePoolCountsWhatItHolds(_ seed: UInt64) throws {
        try withEngine { engine in
            var random = Randomness(seed: seed)
            let held = engine.heldBytes
            var blocks: [Block] = []
            for step in 0..<2000 {
                if blocks.isEmpty || random.below(2) == 0 {
                    blocks.append(try #require(engine.makeBlock(random.below(1 << random.below(16)))))
                } else {
                    engine.release(blocks.remove(at: random.below(blocks.count)))
                }
                guard step % 50 == 0 else { continue }
                let inUse = blocks.reduce(0) { $0 + blockBytes(Int($1.pointee.sizeClass)) }
                #expect(engine.heldBytes == held + inUse + cachedBytes(engine))
                #expect(engine.pointee.cachedBlockUnits * 64 == cachedBytes(engine))
            }
            blocks.forEach { engine.release($0) }
            engine.releaseCaches()
            #expect(engine.heldBytes == held)
            #expect(engine.pointee.cachedBlockUnits == 0)
        }
    }

    /// The pool keeps 64 MiB, and one block of a size that is larger.
    @Test func thePoolIsBounded() throws {
        try withEngine { engine in
            let held = engine.heldBytes
            let size = (1 << 20) - blockHeaderBytes
            let blocks = try (0..<70).map { _ in try #require(engine.makeBlock(size)) }
            blocks.forEach { engine.release($0) }
            #expect(cachedBytes(engine) == cachedBlockBytesMax)
            #expect(engine.heldBytes == held + cachedBlockBytesMax)
            let large = try (0..<2).map { _ in try #require(engine.makeBlock(100 << 20)) }
            large.forEach { engine.release($0) }
            let kept = try #require(engine.makeBlock(100 << 20))
            #expect(large.contains(kept))
            engine.release(kept)
        }
    }

    /// One payload, many inboxes: a reference for the round and for each copy, and none left.
    @Test func aPublicationIsSharedByItsReceivers() throws {
        try withEngine { engine in
            let publisher = try engine.spawn(id: "p")
            let probes = (0..<5).map { _ in Probe() }
            let actors = try probes.map { try engine.spawn($0) }
            for actor in actors { #expect(actor.subscribe(to: "p") == .ok) }
            #expect(publisher.publish([UInt8](repeating: 3, count: 5000)) == .ok)
            let block = try #require(engine.rounds.first).message.block
            #expect(references(block) == 1)
            #expect(engine.statistics(of: actors[4]).memory_bytes == 64 * UInt64(block.pointee.units))
            #expect(actors[3].leaveRound())
            #expect(actors[3].queue.first?.block == block && references(block) == 2)
            #expect(
                engine.statistics(of: actors[3]).memory_bytes == UInt64(64 + 64 * Int(block.pointee.units)))
            #expect(actors[0].shutdown() == .ok)
            engine.runUntilIdle()
            #expect(probes.map { $0.payloads.count } == [0, 1, 1, 1, 1])
            #expect(cachedBytes(engine) == blockBytes(Int(block.pointee.sizeClass)))
        }
    }
}
