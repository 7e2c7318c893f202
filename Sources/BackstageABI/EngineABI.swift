import BackstageCore
import CBackstage
import CLibev

@implementation @_cdecl("backstage_version")
public func backstage_version() -> UInt32 {
    UInt32(BACKSTAGE_VERSION_MAJOR) << 16 | UInt32(BACKSTAGE_VERSION_MINOR) << 8
        | UInt32(BACKSTAGE_VERSION_PATCH)
}

@implementation @_cdecl("backstage_status_name")
public func backstage_status_name(_ status: backstage_status) -> UnsafePointer<CChar>! {
    UnsafeRawPointer(status.name.utf8Start).assumingMemoryBound(to: CChar.self)
}

@implementation @_cdecl("backstage_log_to_stderr")
public func backstage_log_to_stderr(
    _ level: backstage_log_level, _ message: UnsafePointer<CChar>!, _ state: UnsafeMutableRawPointer!
) {
    guard let message else { return }
    let name: StaticString =
        switch Int(level) {
        case BACKSTAGE_LOG_ERROR: "error"
        case BACKSTAGE_LOG_WARNING: "warning"
        default: "info"
        }
    clibev_write_line(
        "backstage: ", UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self), message)
}

@implementation @_cdecl("backstage_engine_create")
public func backstage_engine_create(
    _ options: UnsafePointer<backstage_engine_options>!, _ result: UnsafeMutablePointer<OpaquePointer?>!
) -> backstage_status {
    guard let result else { return .invalidArgument }
    var chosen = backstage_engine_options()
    if let options {
        guard let read = read(options, least: MemoryLayout<backstage_engine_options>.size, empty: chosen)
        else {
            return .invalidArgument
        }
        chosen = read
    }
    var engine: Engine?
    let status = Engine.create(chosen, &engine)
    if let engine { result.pointee = engine.handle }
    return status
}

@implementation @_cdecl("backstage_engine_destroy")
public func backstage_engine_destroy(_ handle: OpaquePointer!) -> backstage_status {
    engine(handle)?.destroy() ?? .invalidArgument
}

@implementation @_cdecl("backstage_engine_adopt")
public func backstage_engine_adopt(_ handle: OpaquePointer!) -> backstage_status {
    engine(handle)?.adopt() ?? .invalidArgument
}

@implementation @_cdecl("backstage_engine_run")
public func backstage_engine_run(
    _ handle: OpaquePointer!, _ mode: backstage_run_mode, _ timeout: Int64
) -> backstage_status {
    engine(handle)?.run(mode, timeout: timeout) ?? .invalidArgument
}

@implementation @_cdecl("backstage_engine_stop")
public func backstage_engine_stop(_ handle: OpaquePointer!) -> backstage_status {
    guard let engine = engine(handle) else { return .invalidArgument }
    engine.requestStop()
    return .ok
}

@implementation @_cdecl("backstage_engine_advance")
public func backstage_engine_advance(_ handle: OpaquePointer!, _ time: UInt64) -> backstage_status {
    guard let engine = engine(handle) else { return .invalidArgument }
    let status = engine.check()
    return status == .ok ? engine.advance(by: time) : status
}

@implementation @_cdecl("backstage_engine_now")
public func backstage_engine_now(_ handle: OpaquePointer!, _ now: UnsafeMutablePointer<UInt64>!)
    -> backstage_status
{
    guard let engine = engine(handle), let now else { return .invalidArgument }
    let status = engine.check()
    if status == .ok { now.pointee = engine.currentTime }
    return status
}

@implementation @_cdecl("backstage_engine_statistics")
public func backstage_engine_statistics(
    _ handle: OpaquePointer!, _ statistics: UnsafeMutablePointer<backstage_statistics>!
) -> backstage_status {
    guard let engine = engine(handle), let statistics else { return .invalidArgument }
    let status = engine.check()
    if status != .ok { return status }
    return write(engine.statistics, to: statistics) ? .ok : .invalidArgument
}

@implementation @_cdecl("backstage_engine_actor_statistics")
public func backstage_engine_actor_statistics(
    _ handle: OpaquePointer!, _ ref: backstage_ref,
    _ statistics: UnsafeMutablePointer<backstage_actor_statistics>!
) -> backstage_status {
    guard let engine = engine(handle), let statistics else { return .invalidArgument }
    let status = engine.check()
    if status != .ok { return status }
    guard let actor = engine.actor(ref) else { return .notFound }
    return write(engine.statistics(of: actor), to: statistics) ? .ok : .invalidArgument
}

@implementation @_cdecl("backstage_engine_watch_fd")
public func backstage_engine_watch_fd(
    _ handle: OpaquePointer!, _ fd: Int32, _ events: UInt32, _ callback: backstage_fd_callback!,
    _ state: UnsafeMutableRawPointer!, _ watcher: UnsafeMutablePointer<UInt64>!
) -> backstage_status {
    guard let engine = engine(handle), let callback, let watcher else { return .invalidArgument }
    let status = engine.check()
    return status == .ok ? engine.watch(fd: fd, events, callback, state, watcher) : status
}

@implementation @_cdecl("backstage_engine_unwatch_fd")
public func backstage_engine_unwatch_fd(_ handle: OpaquePointer!, _ watcher: UInt64) -> backstage_status {
    guard let engine = engine(handle) else { return .invalidArgument }
    let status = engine.check()
    return status == .ok ? engine.unwatch(watcher) : status
}
