import CBackstage
import CLibev
import Synchronization

// Native values: messages of the typed API on their way between its actors, moved and not encoded. A
// small value lies in its envelope; a larger one in a block, which destroys it when it is released with
// the value still inside. Whose receiver is not native is never given one.

/// A value to be sent: where it lies now, from where it is moved if that succeeds.
package struct Value {
    let bytes: UnsafeRawPointer
    let size: Int
    /// Names its type. Needed to destroy it, and where the receiver has to look.
    let type: UnsafeRawPointer?
    /// Nothing is to be done to destroy it, nor to copy it but to copy its bytes.
    let isTrivial: Bool

    package init(_ bytes: UnsafeRawPointer, _ size: Int, type: UnsafeRawPointer?, isTrivial: Bool) {
        self.bytes = bytes
        self.size = size
        self.type = type
        self.isTrivial = isTrivial
    }

    var fitsInline: Bool { size <= (type == nil ? inlineBytes : inlineBytes - 8) }

    /// The marks of an envelope that it lies in.
    var marks: UInt16 {
        if !fitsInline { return Carries.value }
        if type == nil { return Carries.value }
        return Carries.value | Carries.typed | (isTrivial ? 0 : Carries.owned)
    }

    /// What a reader sees that knows nothing of values: bytes that mean something, or none.
    var visibleSize: Int { isTrivial ? size : 0 }
}

extension UnsafeMutableRawPointer {
    /// Writes the type of the value in the inline words that begin here.
    @inline(__always) func setValueType(_ type: UnsafeRawPointer) {
        storeBytes(of: type, toByteOffset: inlineBytes - 8, as: UnsafeRawPointer.self)
    }
}

extension Envelope {
    /// The type of the value, if that is known here.
    package var valueType: UnsafeRawPointer? {
        if pointee.reserved & Carries.block != 0 {
            return block.pointee.freeState.map { UnsafeRawPointer($0) }
        }
        guard pointee.reserved & Carries.typed != 0 else { return nil }
        return inlined.load(fromByteOffset: inlineBytes - 8, as: UnsafeRawPointer.self)
    }

    package var isValue: Bool { pointee.reserved & Carries.value != 0 }

    /// The receiver wants the value that lies in the block. Whether it may move it out, being the last to
    /// have it: then the block no longer destroys it. Else it is to be copied.
    package func claimBlock() -> Bool {
        guard block.pointee.references.load(ordering: .acquiring) == 1 else { return false }
        block.pointee.free = nil
        return true
    }

}

extension Engine {
    /// A value that was moved out of a message in hand has been moved back.
    package func restoreValue(_ message: Envelope) {
        if message.pointee.reserved & Carries.block == 0 {
            message.pointee.reserved |= Carries.value | Carries.typed | Carries.owned
        } else {
            message.pointee.reserved |= Carries.value
            message.block.pointee.free = pointee.companion.destroy
        }
    }

    /// Destroys a value inside its envelope.
    @inline(never)
    func destroyValue(of message: Envelope) {
        message.pointee.reserved &= ~Carries.owned
        let type = message.valueType
        observe {
            pointee.companion.destroy?(message.inlined, 0, UnsafeMutableRawPointer(mutating: type))
        }
    }

    /// Destroys a value inside a block of the engine's own.
    @inline(never)
    func destroyValue(in block: Block) {
        let free = block.pointee.free
        block.pointee.free = nil
        observe { free?(block.pointee.bytes, block.pointee.size, block.pointee.freeState) }
    }

    /// A block with the value in it; nil without memory.
    func makeBlock(_ value: Value) -> Block? {
        guard let block = makeBlock(value.size) else { return nil }
        fill(block, value)
        return block
    }

    private func fill(_ block: Block, _ value: Value) {
        memcpy(block.pointee.bytes, value.bytes, value.size)
        block.pointee.free = value.isTrivial ? nil : pointee.companion.destroy
        block.pointee.freeState = UnsafeMutableRawPointer(mutating: value.type)
    }

    /// The same in a block that any thread may make.
    func makeSharedBlock(_ value: Value) -> Block? {
        guard let block = pointee.sharedBlocks.make(value.size) else { return nil }
        fill(block, value)
        return block
    }

    /// Puts a message with a value into the outbox. A value that several are to have lies in a block,
    /// unless its bytes are all of it.
    func compose(
        _ type: UInt16, from sender: backstage_ref, token: UInt64 = 0, _ value: Value, isShared: Bool = false
    ) -> Status {
        if value.size > pointee.payloadBytesMax { return .payloadTooLarge }
        let message = pointee.outbox
        message.begin(type, from: sender, token: token, size: value.visibleSize)
        if value.fitsInline, value.isTrivial || !isShared {
            copyShort(message.inlined, value.bytes, value.size)
            if let type = value.type { message.inlined.setValueType(type) }
            message.pointee.reserved = value.marks
            return .ok
        }
        guard let block = makeBlock(value) else { return .noMemory }
        message.carry(block)
        message.pointee.reserved |= Carries.value
        return .ok
    }

    /// Gives back what the outbox carries, except for the value: that is still its sender's.
    func disown(_ message: Envelope) {
        message.pointee.reserved &= ~Carries.owned
        if message.pointee.reserved & Carries.block != 0 {
            message.block.pointee.free = nil
            release(message.block)
        }
    }
}
