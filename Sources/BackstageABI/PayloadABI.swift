import BackstageCore
import CBackstage

@implementation @_cdecl("backstage_payload_create")
public func backstage_payload_create(
    _ handle: OpaquePointer!, _ size: Int, _ payload: UnsafeMutablePointer<OpaquePointer?>!,
    _ data: UnsafeMutablePointer<UnsafeMutableRawPointer?>!
) -> backstage_status {
    guard let engine = engine(handle), let payload, let data else { return .invalidArgument }
    if size < 0 || size > engine.payloadBytesMax { return .payloadTooLarge }
    guard let block = engine.makePayload(size) else { return .noMemory }
    payload.pointee = OpaquePointer(block)
    data.pointee = block.pointee.bytes
    return .ok
}

@implementation @_cdecl("backstage_payload_wrap")
public func backstage_payload_wrap(
    _ handle: OpaquePointer!, _ data: UnsafeMutableRawPointer!, _ size: Int, _ free: backstage_free_callback!,
    _ state: UnsafeMutableRawPointer!, _ payload: UnsafeMutablePointer<OpaquePointer?>!
) -> backstage_status {
    guard let engine = engine(handle), let data, let free, let payload else { return .invalidArgument }
    if size < 0 || size > engine.payloadBytesMax { return .payloadTooLarge }
    guard let block = engine.wrapPayload(data, size, free: free, state: state) else { return .noMemory }
    payload.pointee = OpaquePointer(block)
    return .ok
}

@implementation @_cdecl("backstage_payload_retain")
public func backstage_payload_retain(_ payload: OpaquePointer!) -> backstage_status {
    guard let block = block(payload) else { return .invalidArgument }
    block.retain()
    return .ok
}

@implementation @_cdecl("backstage_payload_release")
public func backstage_payload_release(_ payload: OpaquePointer!) -> backstage_status {
    guard let block = block(payload) else { return .invalidArgument }
    block.releaseShared()
    return .ok
}

@implementation @_cdecl("backstage_payload_data")
public func backstage_payload_data(_ payload: OpaquePointer!) -> UnsafeMutableRawPointer! {
    block(payload)?.pointee.bytes
}

@implementation @_cdecl("backstage_payload_size")
public func backstage_payload_size(_ payload: OpaquePointer!) -> Int {
    block(payload)?.pointee.size ?? 0
}

@implementation @_cdecl("backstage_send_payload")
public func backstage_send_payload(
    _ context: OpaquePointer!, _ receiver: backstage_ref, _ payload: OpaquePointer!
) -> backstage_status {
    guard let actor = actor(context), let block = block(payload) else { return .invalidArgument }
    return actor.send(receiver, payload: block)
}

@implementation @_cdecl("backstage_envelope_payload")
public func backstage_envelope_payload(
    _ context: OpaquePointer!, _ envelope: UnsafePointer<backstage_envelope>!,
    _ payload: UnsafeMutablePointer<OpaquePointer?>!
) -> backstage_status {
    guard let actor = actor(context), let envelope, let payload else { return .invalidArgument }
    let status = actor.check()
    if status != .ok { return status }
    guard let block = actor.pointee.engine.keepPayload(of: envelope) else { return .noMemory }
    payload.pointee = OpaquePointer(block)
    return .ok
}
