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
@inline(never)
func read<Options: BitwiseCopyable>(_ options: UnsafePointer<Options>, least: Int, empty: Options) -> Options?
{
    let bytes = UnsafeRawPointer(options)
    let size = bytes.load(as: Int.self)
    let known = MemoryLayout<Options>.size
    guard size >= least, size <= 4096 else { return nil }
    for i in min(known, size)..<size where bytes.load(fromByteOffset: i, as: UInt8.self) != 0 { return nil }
    var result = empty
    memcpy(&result, bytes, min(known, size))
    return result
}

/// Whether an options struct is of just the version known here.
@inline(__always)
func isOfThisVersion<Options: BitwiseCopyable>(_ options: UnsafePointer<Options>) -> Bool {
    UnsafeRawPointer(options).load(as: Int.self) == MemoryLayout<Options>.size
}

/// Writes a result; false if the caller's struct has no room for it, as even the first version has.
/// A larger struct, of a later version, keeps its unknown fields.
func write<Result: BitwiseCopyable>(_ result: Result, to target: UnsafeMutablePointer<Result>) -> Bool {
    let size = UnsafeMutableRawPointer(target).load(as: Int.self)
    guard size >= MemoryLayout<Result>.size else { return false }
    target.pointee = result
    UnsafeMutableRawPointer(target).storeBytes(of: size, as: Int.self)
    return true
}
