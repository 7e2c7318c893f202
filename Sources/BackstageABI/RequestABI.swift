import BackstageCore
import CBackstage

@implementation @_cdecl("backstage_monitor")
public func backstage_monitor(_ context: OpaquePointer!, _ ref: backstage_ref) -> backstage_status {
    actor(context)?.monitor(ref) ?? .invalidArgument
}

@implementation @_cdecl("backstage_monitor_id")
public func backstage_monitor_id(
    _ context: OpaquePointer!, _ id: UnsafePointer<CChar>!, _ ref: UnsafeMutablePointer<backstage_ref>!
) -> backstage_status {
    actor(context)?.monitor(id: id, ref) ?? .invalidArgument
}

@implementation @_cdecl("backstage_unmonitor")
public func backstage_unmonitor(_ context: OpaquePointer!, _ ref: backstage_ref) -> backstage_status {
    actor(context)?.unmonitor(ref) ?? .invalidArgument
}

@implementation @_cdecl("backstage_request")
public func backstage_request(
    _ context: OpaquePointer!, _ receiver: backstage_ref, _ payload: UnsafeRawPointer!, _ size: Int,
    _ timeout: Int64, _ token: UnsafeMutablePointer<UInt64>!
) -> backstage_status {
    guard let actor = actor(context), let token else { return .invalidArgument }
    return actor.request(receiver, payload, size, timeout: timeout, token)
}

@implementation @_cdecl("backstage_request_to_id")
public func backstage_request_to_id(
    _ context: OpaquePointer!, _ id: UnsafePointer<CChar>!, _ payload: UnsafeRawPointer!, _ size: Int,
    _ timeout: Int64, _ token: UnsafeMutablePointer<UInt64>!
) -> backstage_status {
    guard let actor = actor(context), let token else { return .invalidArgument }
    return actor.request(toID: id, payload, size, timeout: timeout, token)
}

@implementation @_cdecl("backstage_request_cancel")
public func backstage_request_cancel(_ context: OpaquePointer!, _ token: UInt64) -> backstage_status {
    actor(context)?.cancelRequest(token) ?? .invalidArgument
}

@implementation @_cdecl("backstage_reply")
public func backstage_reply(
    _ context: OpaquePointer!, _ request: UnsafePointer<backstage_envelope>!, _ payload: UnsafeRawPointer!,
    _ size: Int
) -> backstage_status {
    guard let actor = actor(context), let request else { return .invalidArgument }
    return actor.reply(to: request.pointee.sender, request.pointee.token, payload, size)
}

@implementation @_cdecl("backstage_envelope_reply_handle")
public func backstage_envelope_reply_handle(
    _ request: UnsafePointer<backstage_envelope>!, _ handle: UnsafeMutablePointer<backstage_reply_handle>!
) -> backstage_status {
    guard let request, let handle, Int(request.pointee.type) == Int(BACKSTAGE_REQUEST) else {
        return .invalidArgument
    }
    handle.pointee = backstage_reply_handle(sender: request.pointee.sender, token: request.pointee.token)
    return .ok
}

@implementation @_cdecl("backstage_reply_later")
public func backstage_reply_later(
    _ context: OpaquePointer!, _ handle: UnsafePointer<backstage_reply_handle>!,
    _ payload: UnsafeRawPointer!, _ size: Int
) -> backstage_status {
    guard let actor = actor(context), let handle else { return .invalidArgument }
    return actor.reply(to: handle.pointee.sender, handle.pointee.token, payload, size)
}

@implementation @_cdecl("backstage_engine_request")
public func backstage_engine_request(
    _ handle: OpaquePointer!, _ receiver: backstage_ref, _ payload: UnsafeRawPointer!, _ size: Int,
    _ timeout: Int64, _ reply: UnsafeMutablePointer<OpaquePointer?>!
) -> backstage_status {
    guard let engine = engine(handle), let reply else { return .invalidArgument }
    return engine.request(receiver, payload, size, timeout: timeout, reply)
}

@implementation @_cdecl("backstage_engine_request_to_id")
public func backstage_engine_request_to_id(
    _ handle: OpaquePointer!, _ id: UnsafePointer<CChar>!, _ payload: UnsafeRawPointer!, _ size: Int,
    _ timeout: Int64, _ reply: UnsafeMutablePointer<OpaquePointer?>!
) -> backstage_status {
    guard let engine = engine(handle), let reply else { return .invalidArgument }
    return engine.request(toID: id, payload, size, timeout: timeout, reply)
}
