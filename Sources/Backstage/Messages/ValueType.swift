/// What is to be known of a type of values when only a pointer to it is left: how a value is destroyed,
/// and copied. A class, so that its metatype is such a pointer.
@usableFromInline class AnyValueType {
    class func destroy(_ value: UnsafeMutableRawPointer) {}
    class func copy(_ value: UnsafeRawPointer) -> Any { () }
}

@usableFromInline final class ValueType<Value>: AnyValueType {
    @inlinable static var pointer: UnsafeRawPointer {
        unsafeBitCast(ValueType<Value>.self as AnyValueType.Type, to: UnsafeRawPointer.self)
    }

    override class func destroy(_ value: UnsafeMutableRawPointer) {
        value.assumingMemoryBound(to: Value.self).deinitialize(count: 1)
    }

    override class func copy(_ value: UnsafeRawPointer) -> Any {
        value.assumingMemoryBound(to: Value.self).pointee
    }
}

func typeOfValue(_ pointer: UnsafeRawPointer) -> AnyValueType.Type {
    unsafeBitCast(pointer, to: AnyValueType.Type.self)
}

/// Whether values of a type may lie in an envelope with nothing said of their type: no work to copy or
/// destroy them, and no more than 32 bytes.
@inlinable @inline(__always)
func isInlineTrivial<Value>(_: Value.Type) -> Bool {
    _isPOD(Value.self) && MemoryLayout<Value>.size <= 32 && MemoryLayout<Value>.alignment <= 16
}

/// The largest alignment that a block of the engine's gives.
@inlinable @inline(__always)
func isAlignable<Value>(_: Value.Type) -> Bool { MemoryLayout<Value>.alignment <= 64 }
