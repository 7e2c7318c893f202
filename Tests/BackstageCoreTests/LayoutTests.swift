import CBackstage
import Testing

@testable import BackstageCore

/// Sizes that speed and memory depend on, and places that are written down twice.
struct LayoutTests {
    @Test func anEnvelopeIsOneCacheLine() {
        #expect(MemoryLayout<backstage_envelope>.size == 64)
        #expect(MemoryLayout<backstage_envelope>.stride == 64)
    }

    @Test func anEnvelopeIsLaidOutAsItsUsersWereTold() {
        typealias Layout = MemoryLayout<backstage_envelope>
        #expect(Layout.offset(of: \.sender) == 0)
        #expect(Layout.offset(of: \.payload) == 8)
        #expect(Layout.offset(of: \.token) == 16)
        #expect(Layout.offset(of: \.size) == 24)
        #expect(Layout.offset(of: \.type) == 28)
        #expect(Layout.offset(of: \.reserved) == 30)
        #expect(Layout.offset(of: \.inline_bytes) == inlineOffset)
        #expect(inlineBytes == Int(BACKSTAGE_INLINE_BYTES))
        #expect(inlineOffset + inlineBytes == Layout.size)
    }

    @Test func anActorIsOneCacheLineAndItsDetails() {
        #expect(MemoryLayout<ActorCell>.size <= 64)
        #expect(MemoryLayout<ActorCell>.stride == 64)
        #expect(MemoryLayout<ActorDetails>.stride <= 96)
        #expect(MemoryLayout<ActorExtras>.stride <= 64)
    }

    @Test func anEventSourceIsAtMostTwoCacheLines() {
        #expect(MemoryLayout<EventSource>.stride <= 112)
    }

    /// What every send touches of the engine lies at its beginning.
    @Test func theHotPartOfAnEngineIsTwoCacheLines() {
        typealias Layout = MemoryLayout<EngineState>
        #expect(Layout.offset(of: \.actors) == 0)
        #expect(Layout.offset(of: \.payloadBytesMax)! + 8 <= 128)
    }

    @Test func aRemoteSlotIsAnEnvelopeOnItsWay() {
        #expect(MemoryLayout<RemoteSlot>.size == 64)
        #expect(MemoryLayout<RemoteSlot>.stride == 64)
        // Producers write their end of the queue, the engine the other: two lines at least apart.
        #expect(MemoryLayout<RemoteQueue>.size >= 3 * 64)
    }

    @Test func headersHaveRoomForWhatTheyHold() {
        #expect(MemoryLayout<BlockHeader>.size <= blockHeaderBytes)
        #expect(blockHeaderBytes % 16 == 0)
        // The block store follows the pool at 64 bytes.
        #expect(MemoryLayout<SharedBlockPool>.size <= 64)
    }

    /// A ref is 24 bits of place above 32 of generation; the top byte is free.
    @Test func aRefHasRoomForEveryActor() {
        #expect(Int(BACKSTAGE_ACTORS_MAX) < 1 << 24)
        #expect(MemoryLayout<backstage_ref>.size == 8)
    }
}
