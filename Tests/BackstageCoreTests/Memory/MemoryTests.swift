import CBackstage
import Glibc
import Testing

@testable import BackstageCore

struct MemoryTests {
    /// Objects of all sizes, given back and taken again at random: none overlaps another.
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func objectsDoNotOverlap(_ seed: UInt64) throws {
        struct Object {
            var place: UnsafeMutableRawPointer
            var size: Int
            var mark: UInt8
            var isIntact: Bool {
                UnsafeRawBufferPointer(start: place, count: size).allSatisfy { $0 == mark }
            }
        }
        try withEngine { engine in
            var random = Randomness(seed: seed)
            var objects: [Object] = []
            for step in 0..<4000 {
                if objects.isEmpty || random.below(5) < 3 {
                    let size = random.below(512) + 1
                    let place = try #require(engine.makeObject(size))
                    #expect(UInt(bitPattern: place) % 16 == 0)
                    let object = Object(place: place, size: size, mark: UInt8(truncatingIfNeeded: step))
                    memset(place, Int32(object.mark), size)
                    objects.append(object)
                } else {
                    let object = objects.remove(at: random.below(objects.count))
                    if !object.isIntact { Issue.record("an object of \(object.size) bytes was written to") }
                    engine.destroyObject(object.place, object.size)
                }
            }
            #expect(objects.allSatisfy { $0.isIntact })
        }
    }

    @Test func whatIsGivenBackIsTakenAgain() throws {
        try withEngine { engine in
            for size in 1...512 {
                let object = try #require(engine.makeObject(size))
                engine.destroyObject(object, size)
                // The same class: sizes 16 bytes apart.
                #expect(engine.makeObject((size + 15) / 16 * 16) == object)
            }
        }
    }

    @Test func allThatIsHeldIsCounted() throws {
        try withEngine { engine in
            let held = engine.heldBytes
            let memory = try #require(engine.allocate(1000))
            #expect(UInt(bitPattern: memory) % 64 == 0)
            #expect(engine.heldBytes == held + 1000)
            engine.deallocate(memory, 1000)
            #expect(engine.heldBytes == held)
            // Objects come out of chunks of 64 KiB.
            let count = 65_536 / 512 - 1
            for _ in 0..<count { #expect(engine.makeObject(512) != nil) }
            #expect(engine.heldBytes == held + 65_536)
            #expect(engine.makeObject(512) != nil)
            #expect(engine.heldBytes == held + 2 * 65_536)
        }
    }

    @Test func theLimitHolds() throws {
        try withEngine({ $0.memory_bytes_max = 4 << 20 }) { engine in
            let held = engine.heldBytes
            #expect(engine.allocate(4 << 20) == nil)
            #expect(engine.heldBytes == held)
            let left = (4 << 20) - held
            let memory = try #require(engine.allocate(left))
            #expect(engine.allocate(1) == nil)
            #expect(engine.makeObject(16) == nil)
            #expect(engine.makeBlock(1) == nil)
            #expect(engine.makePayload(1) == nil)
            #expect(engine.heldBytes == 4 << 20)
            engine.deallocate(memory, left)
            #expect(engine.makeBlock(1).map { engine.release($0) } != nil)
        }
    }

    /// What pools keep is given up before the limit refuses anything.
    @Test func poolsAreGivenUpForWhatIsNeeded() throws {
        try withEngine({ $0.memory_bytes_max = 8 << 20 }) { engine in
            let block = try #require(engine.makeBlock(3 << 20))
            let payload = try #require(engine.makePayload(3 << 20))
            #expect(engine.allocate(4 << 20) == nil)
            engine.release(block)
            payload.releaseShared()
            let memory = try #require(engine.allocate(7 << 20))
            engine.deallocate(memory, 7 << 20)
        }
    }

    @Test func anEngineThatDoesNotFitIsNotMade() {
        var options = backstage_engine_options()
        options.memory_bytes_max = 10_000
        var engine: Engine?
        #expect(Engine.create(options, &engine) == .noMemory)
        #expect(engine == nil)
    }

    @Test func aReservationIsZeroAndGrowsInPlace() throws {
        let reservation = try #require(Reservation(bytes: 1 << 30))
        defer { reservation.release() }
        #expect(reservation.commit(from: 0, to: 65_536))
        memset(reservation.base, 1, 65_536)
        #expect(reservation.commit(from: 65_536, to: 131_072))
        let bytes = UnsafeRawBufferPointer(start: reservation.base, count: 131_072)
        #expect(bytes.prefix(65_536).allSatisfy { $0 == 1 })
        #expect(bytes.dropFirst(65_536).allSatisfy { $0 == 0 })
    }
}
