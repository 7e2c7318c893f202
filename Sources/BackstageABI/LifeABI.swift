import BackstageCore
import CBackstage

@implementation @_cdecl("backstage_drain")
public func backstage_drain(_ context: OpaquePointer!, _ ref: backstage_ref, _ timeout: Int64)
    -> backstage_status
{
    actor(context)?.drain(ref, within: timeout) ?? .invalidArgument
}

@implementation @_cdecl("backstage_engine_drain")
public func backstage_engine_drain(_ handle: OpaquePointer!, _ timeout: Int64) -> backstage_status {
    engine(handle)?.drain(within: timeout) ?? .invalidArgument
}

@implementation @_cdecl("backstage_become")
public func backstage_become(_ context: OpaquePointer!, _ receive: backstage_receive_callback!)
    -> backstage_status
{
    guard let actor = actor(context), let receive else { return .invalidArgument }
    return actor.become(receive)
}

@implementation @_cdecl("backstage_become_batch")
public func backstage_become_batch(
    _ context: OpaquePointer!, _ receive: backstage_receive_batch_callback!
) -> backstage_status {
    guard let actor = actor(context), let receive else { return .invalidArgument }
    return actor.become(batch: receive)
}

@implementation @_cdecl("backstage_stash")
public func backstage_stash(_ context: OpaquePointer!, _ envelope: UnsafePointer<backstage_envelope>!)
    -> backstage_status
{
    guard let actor = actor(context), let envelope else { return .invalidArgument }
    return actor.stash(envelope)
}

@implementation @_cdecl("backstage_unstash")
public func backstage_unstash(_ context: OpaquePointer!, _ count: UnsafeMutablePointer<UInt32>!)
    -> backstage_status
{
    actor(context)?.unstash(count) ?? .invalidArgument
}

@implementation @_cdecl("backstage_finish")
public func backstage_finish(_ context: OpaquePointer!, _ status: backstage_status) -> backstage_status {
    actor(context)?.finish(status) ?? .invalidArgument
}

@implementation @_cdecl("backstage_receive_timeout")
public func backstage_receive_timeout(_ context: OpaquePointer!, _ after: Int64) -> backstage_status {
    actor(context)?.setReceiveTimeout(after) ?? .invalidArgument
}
