import BackstageCore
import CBackstage

@implementation @_cdecl("backstage_send")
public func backstage_send(
    _ context: OpaquePointer!, _ receiver: backstage_ref, _ payload: UnsafeRawPointer!, _ size: Int
) -> backstage_status {
    guard let actor = actor(context) else { return .invalidArgument }
    return actor.send(receiver, payload, size)
}

@implementation @_cdecl("backstage_send_to_id")
public func backstage_send_to_id(
    _ context: OpaquePointer!, _ id: UnsafePointer<CChar>!, _ payload: UnsafeRawPointer!, _ size: Int
) -> backstage_status {
    guard let actor = actor(context), let id else { return .invalidArgument }
    return actor.send(toID: id, payload, size)
}

@implementation @_cdecl("backstage_send_many")
public func backstage_send_many(
    _ context: OpaquePointer!, _ receiver: backstage_ref, _ payloads: UnsafeRawPointer!,
    _ sizes: UnsafePointer<UInt32>!, _ count: Int, _ accepted: UnsafeMutablePointer<Int>!
) -> backstage_status {
    var number = 0
    defer { accepted?.pointee = number }
    guard let actor = actor(context), let payloads = Payloads(payloads, sizes, count) else {
        return .invalidArgument
    }
    return actor.send(receiver, payloads, &number)
}

@implementation @_cdecl("backstage_room")
public func backstage_room(
    _ context: OpaquePointer!, _ receiver: backstage_ref, _ messages: UnsafeMutablePointer<UInt32>!
) -> backstage_status {
    guard let actor = actor(context), let messages else { return .invalidArgument }
    return actor.room(of: receiver, messages)
}

@implementation @_cdecl("backstage_broadcast")
public func backstage_broadcast(
    _ context: OpaquePointer!, _ kind: UnsafePointer<CChar>!, _ payload: UnsafeRawPointer!, _ size: Int,
    _ receivers: UnsafeMutablePointer<UInt32>!
) -> backstage_status {
    guard let actor = actor(context) else { return .invalidArgument }
    return actor.broadcast(kind, payload, size, receivers)
}

@implementation @_cdecl("backstage_forward")
public func backstage_forward(
    _ context: OpaquePointer!, _ envelope: UnsafePointer<backstage_envelope>!, _ receiver: backstage_ref
) -> backstage_status {
    guard let actor = actor(context), let envelope else { return .invalidArgument }
    return actor.forward(envelope, receiver)
}

@implementation @_cdecl("backstage_engine_send")
public func backstage_engine_send(
    _ handle: OpaquePointer!, _ receiver: backstage_ref, _ payload: UnsafeRawPointer!, _ size: Int
) -> backstage_status {
    guard let engine = engine(handle) else { return .invalidArgument }
    return engine.sendFromOutside(receiver, payload, size)
}

@implementation @_cdecl("backstage_engine_send_to_id")
public func backstage_engine_send_to_id(
    _ handle: OpaquePointer!, _ id: UnsafePointer<CChar>!, _ payload: UnsafeRawPointer!, _ size: Int
) -> backstage_status {
    guard let engine = engine(handle) else { return .invalidArgument }
    return engine.sendFromOutside(toID: id, payload, size)
}

@implementation @_cdecl("backstage_engine_send_payload")
public func backstage_engine_send_payload(
    _ handle: OpaquePointer!, _ receiver: backstage_ref, _ payload: OpaquePointer!
) -> backstage_status {
    guard let engine = engine(handle), let block = block(payload) else { return .invalidArgument }
    return engine.sendFromOutside(receiver, payload: block)
}

@implementation @_cdecl("backstage_engine_send_many")
public func backstage_engine_send_many(
    _ handle: OpaquePointer!, _ receiver: backstage_ref, _ payloads: UnsafeRawPointer!,
    _ sizes: UnsafePointer<UInt32>!, _ count: Int, _ accepted: UnsafeMutablePointer<Int>!
) -> backstage_status {
    var number = 0
    defer { accepted?.pointee = number }
    guard let engine = engine(handle), let payloads = Payloads(payloads, sizes, count) else {
        return .invalidArgument
    }
    return engine.sendManyFromOutside(receiver, payloads, &number)
}

@implementation @_cdecl("backstage_engine_publish")
public func backstage_engine_publish(
    _ handle: OpaquePointer!, _ publisher: backstage_ref, _ topic: UnsafePointer<CChar>!,
    _ payload: UnsafeRawPointer!, _ size: Int
) -> backstage_status {
    guard let engine = engine(handle) else { return .invalidArgument }
    return engine.publishFromOutside(as: publisher, topic == nil ? .main : .named(topic), payload, size)
}

@implementation @_cdecl("backstage_engine_broadcast")
public func backstage_engine_broadcast(
    _ handle: OpaquePointer!, _ kind: UnsafePointer<CChar>!, _ payload: UnsafeRawPointer!, _ size: Int
) -> backstage_status {
    guard let engine = engine(handle) else { return .invalidArgument }
    return engine.broadcastFromOutside(kind, payload, size)
}
