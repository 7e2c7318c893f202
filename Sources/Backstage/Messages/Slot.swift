import BackstageCore
public import CBackstage

/// A message as its receiver is given it.
@usableFromInline typealias Slot = UnsafeMutablePointer<backstage_envelope>

// Marks of `backstage_envelope.reserved`, as the core knows them.
@usableFromInline let marksBlock: UInt16 = 1
@usableFromInline let marksStash: UInt16 = 4
@usableFromInline let marksValue: UInt16 = 8
@usableFromInline let marksInline: UInt16 = 8 | 16 | 32

extension Slot {
    /// SEND or REQUEST.
    @inlinable @inline(__always) var isMessage: Bool { pointee.type & ~4 == 1 }

    @inlinable @inline(__always) var hasValue: Bool { pointee.reserved & marksValue != 0 }

    @inlinable @inline(__always) var value: UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(mutating: pointee.payload)
    }

    /// Takes the value out of the message. It is moved if this is the last to have it.
    @inlinable func take<Value>(_: Value.Type) -> Value {
        let value = value.assumingMemoryBound(to: Value.self)
        if _isPOD(Value.self) { return value.pointee }
        if pointee.reserved & marksBlock == 0 {
            pointee.reserved &= ~marksInline
            return value.move()
        }
        guard claimValueBlock(self) else { return value.pointee }
        pointee.reserved &= ~marksValue
        return value.move()
    }

    /// Puts a value back that was taken, if it is no longer there.
    @inlinable func restore<Value>(_ value: consuming Value) {
        if hasValue { return }
        self.value.assumingMemoryBound(to: Value.self).initialize(to: value)
        restoreValueMarks(self)
    }
}

@usableFromInline func claimValueBlock(_ slot: Slot) -> Bool { slot.claimBlock() }

@usableFromInline func restoreValueMarks(_ slot: Slot) { Core.current?.restoreValue(slot) }
