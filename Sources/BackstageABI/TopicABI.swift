import BackstageCore
import CBackstage

@implementation @_cdecl("backstage_publish")
public func backstage_publish(
    _ context: OpaquePointer!, _ payload: UnsafeRawPointer!, _ size: Int,
    _ receivers: UnsafeMutablePointer<UInt32>!
) -> backstage_status {
    actor(context)?.publish(.main, .bytes(payload, size), receivers) ?? .invalidArgument
}

@implementation @_cdecl("backstage_publish_to_topic")
public func backstage_publish_to_topic(
    _ context: OpaquePointer!, _ topic: UnsafePointer<CChar>!, _ payload: UnsafeRawPointer!, _ size: Int,
    _ receivers: UnsafeMutablePointer<UInt32>!
) -> backstage_status {
    actor(context)?.publish(.named(topic), .bytes(payload, size), receivers) ?? .invalidArgument
}

@implementation @_cdecl("backstage_publish_payload")
public func backstage_publish_payload(
    _ context: OpaquePointer!, _ topic: UnsafePointer<CChar>!, _ payload: OpaquePointer!,
    _ receivers: UnsafeMutablePointer<UInt32>!
) -> backstage_status {
    guard let actor = actor(context), let block = block(payload) else { return .invalidArgument }
    return actor.publish(topic == nil ? .main : .named(topic), .block(block), receivers)
}

@implementation @_cdecl("backstage_envelope_topic")
public func backstage_envelope_topic(_ envelope: UnsafePointer<backstage_envelope>!) -> UnsafePointer<CChar>!
{
    guard let envelope else { return nil }
    return topicName(of: envelope)
}

@implementation @_cdecl("backstage_subscribe")
public func backstage_subscribe(_ context: OpaquePointer!, _ publisher: UnsafePointer<CChar>!)
    -> backstage_status
{
    actor(context)?.subscribe(publisher, .main) ?? .invalidArgument
}

@implementation @_cdecl("backstage_subscribe_to_topic")
public func backstage_subscribe_to_topic(
    _ context: OpaquePointer!, _ publisher: UnsafePointer<CChar>!, _ topic: UnsafePointer<CChar>!
) -> backstage_status {
    actor(context)?.subscribe(publisher, .named(topic)) ?? .invalidArgument
}

@implementation @_cdecl("backstage_unsubscribe")
public func backstage_unsubscribe(_ context: OpaquePointer!, _ publisher: UnsafePointer<CChar>!)
    -> backstage_status
{
    actor(context)?.unsubscribe(publisher, .main) ?? .invalidArgument
}

@implementation @_cdecl("backstage_unsubscribe_from_topic")
public func backstage_unsubscribe_from_topic(
    _ context: OpaquePointer!, _ publisher: UnsafePointer<CChar>!, _ topic: UnsafePointer<CChar>!
) -> backstage_status {
    actor(context)?.unsubscribe(publisher, .named(topic)) ?? .invalidArgument
}
