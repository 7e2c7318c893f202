import BackstageCore
import CBackstage

private typealias Spawn = (backstage_actor_options, backstage_supervision?) -> Status

/// Spawns with the options of an actor, and how it supervises its children, if it does. Most options are
/// taken as they are: to read them as those of another version took a fifth of a spawn.
@inline(__always)
private func withOptions(_ options: UnsafePointer<backstage_actor_options>, _ spawn: Spawn) -> Status {
    if _fastPath(isOfThisVersion(options) && options.pointee.supervision == nil) {
        return spawn(options.pointee, nil)
    }
    return withOptionsRead(options, spawn)
}

@inline(never)
private func withOptionsRead(_ options: UnsafePointer<backstage_actor_options>, _ spawn: Spawn) -> Status {
    let least = MemoryLayout<backstage_actor_options>.size
    guard let options = read(options, least: least, empty: backstage_actor_options()) else {
        return .invalidArgument
    }
    guard let supervision = options.supervision else { return spawn(options, nil) }
    let leastOfSupervision = MemoryLayout<backstage_supervision>.size
    guard let supervision = read(supervision, least: leastOfSupervision, empty: backstage_supervision())
    else { return .invalidArgument }
    return spawn(options, supervision)
}

@implementation @_cdecl("backstage_engine_spawn")
public func backstage_engine_spawn(
    _ handle: OpaquePointer!, _ options: UnsafePointer<backstage_actor_options>!,
    _ ref: UnsafeMutablePointer<backstage_ref>!
) -> backstage_status {
    guard let engine = engine(handle), let options, let ref else { return .invalidArgument }
    return withOptions(options) { options, supervision in
        let status = engine.check()
        return status == .ok ? engine.spawn(options, supervision, ref) : status
    }
}

@implementation @_cdecl("backstage_spawn")
public func backstage_spawn(
    _ context: OpaquePointer!, _ options: UnsafePointer<backstage_actor_options>!,
    _ ref: UnsafeMutablePointer<backstage_ref>!
) -> backstage_status {
    guard let actor = actor(context), let options, let ref else { return .invalidArgument }
    return withOptions(options) { actor.spawn($0, $1, asChild: false, ref) }
}

@implementation @_cdecl("backstage_spawn_child")
public func backstage_spawn_child(
    _ context: OpaquePointer!, _ options: UnsafePointer<backstage_actor_options>!,
    _ ref: UnsafeMutablePointer<backstage_ref>!
) -> backstage_status {
    guard let actor = actor(context), let options, let ref else { return .invalidArgument }
    return withOptions(options) { actor.spawn($0, $1, asChild: true, ref) }
}

@implementation @_cdecl("backstage_stop")
public func backstage_stop(_ context: OpaquePointer!, _ ref: backstage_ref) -> backstage_status {
    actor(context)?.stop(ref) ?? .invalidArgument
}

@implementation @_cdecl("backstage_shutdown")
public func backstage_shutdown(_ context: OpaquePointer!) -> backstage_status {
    actor(context)?.shutdown() ?? .invalidArgument
}

@implementation @_cdecl("backstage_poison")
public func backstage_poison(_ context: OpaquePointer!, _ ref: backstage_ref) -> backstage_status {
    actor(context)?.poison(ref) ?? .invalidArgument
}

@implementation @_cdecl("backstage_engine_find")
public func backstage_engine_find(
    _ handle: OpaquePointer!, _ id: UnsafePointer<CChar>!, _ ref: UnsafeMutablePointer<backstage_ref>!
) -> backstage_status {
    guard let engine = engine(handle), let id, let ref else { return .invalidArgument }
    let status = engine.check()
    if status != .ok { return status }
    guard let name = engine.name(id) else { return .invalidID }
    guard let actor = engine.actor(named: name) else { return .notFound }
    ref.pointee = actor.ref
    return .ok
}

@implementation @_cdecl("backstage_engine_actor_id")
public func backstage_engine_actor_id(
    _ handle: OpaquePointer!, _ ref: backstage_ref, _ id: UnsafeMutablePointer<UnsafePointer<CChar>?>!
) -> backstage_status {
    guard let engine = engine(handle), let id else { return .invalidArgument }
    let status = engine.check()
    if status != .ok { return status }
    guard let actor = engine.actor(ref) else { return .notFound }
    id.pointee = actor.id
    return .ok
}

@implementation @_cdecl("backstage_engine_each_actor")
public func backstage_engine_each_actor(
    _ handle: OpaquePointer!, _ callback: backstage_actor_callback!, _ state: UnsafeMutableRawPointer!
) -> backstage_status {
    guard let engine = engine(handle), let callback else { return .invalidArgument }
    let status = engine.check()
    if status == .ok { engine.eachActor { callback($0, $1, state) } }
    return status
}

@implementation @_cdecl("backstage_engine_context")
public func backstage_engine_context(
    _ handle: OpaquePointer!, _ ref: backstage_ref, _ context: UnsafeMutablePointer<OpaquePointer?>!
) -> backstage_status {
    guard let engine = engine(handle), let context else { return .invalidArgument }
    let status = engine.check()
    if status != .ok { return status }
    guard let actor = engine.actor(ref) else { return .notFound }
    context.pointee = actor.context
    return .ok
}

@implementation @_cdecl("backstage_context_self")
public func backstage_context_self(_ context: OpaquePointer!) -> backstage_ref {
    guard let actor = actor(context), actor.isLiving else { return 0 }
    return actor.ref
}

@implementation @_cdecl("backstage_context_engine")
public func backstage_context_engine(_ context: OpaquePointer!) -> OpaquePointer! {
    actor(context)?.pointee.engine.handle
}

@implementation @_cdecl("backstage_context_parent")
public func backstage_context_parent(_ context: OpaquePointer!) -> backstage_ref {
    guard let actor = actor(context), actor.isLiving else { return 0 }
    return actor.parent?.ref ?? 0
}

@implementation @_cdecl("backstage_context_id")
public func backstage_context_id(_ context: OpaquePointer!) -> UnsafePointer<CChar>! {
    guard let actor = actor(context), actor.isLiving else { return noName }
    return actor.id
}
