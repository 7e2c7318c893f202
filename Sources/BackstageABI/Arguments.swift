import BackstageCore
import CBackstage
import CLibev

// How C's arguments become the core's: handles, and structs that begin with their size.

@inline(__always)
func engine(_ handle: OpaquePointer?) -> Engine? {
    guard let handle else { return nil }
    return Engine(handle)
}

@inline(__always)
func actor(_ context: OpaquePointer?) -> Actor? {
    guard let context else { return nil }
    return Actor(context)
}

@inline(__always)
func block(_ payload: OpaquePointer?) -> Block? {
    guard let payload else { return nil }
    return Block(payload)
}

/// Reads an options struct of any version: shorter ones get zeros, longer ones must have none but
/// zeros in what is unknown here. Nil if it is not to be understood.
func read<Options: BitwiseCopyable>(_ options: UnsafePointer<Options>, least: Int, empty: Options) -> Options? {
    let bytes = UnsafeRawPointer(options)
    let size = bytes.load(as: Int.self)
    let known = MemoryLayout<Options>.size
    guard size >= least, size <= 4096 else { return nil }
    for i in min(known, size)..<size where bytes.load(fromByteOffset: i, as: UInt8.self) != 0 { return nil }
    var result = empty
    memcpy(&result, bytes, min(known, size))
    return result
}

/// Writes as much of a result as the caller's struct has room for; false if its size makes no sense.
func write<Result: BitwiseCopyable>(_ result: Result, to target: UnsafeMutablePointer<Result>) -> Bool {
    let bytes = UnsafeMutableRawPointer(target)
    let size = bytes.load(as: Int.self)
    guard size >= MemoryLayout<Int>.size else { return false }
    var result = result
    withUnsafeBytes(of: &result) { from in
        let offset = MemoryLayout<Int>.size
        let count = min(size, from.count) - offset
        if count > 0 { memcpy(bytes + offset, from.baseAddress.unsafelyUnwrapped + offset, count) }
    }
    return true
}
