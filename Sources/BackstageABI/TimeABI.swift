import BackstageCore
import CBackstage

@implementation @_cdecl("backstage_timer_start")
public func backstage_timer_start(
    _ context: OpaquePointer!, _ after: Int64, _ every: Int64, _ timer: UnsafeMutablePointer<UInt64>!
) -> backstage_status {
    guard let actor = actor(context), let timer else { return .invalidArgument }
    return actor.startTimer(after: after, every: every, timer)
}

@implementation @_cdecl("backstage_timer_cancel")
public func backstage_timer_cancel(_ context: OpaquePointer!, _ timer: UInt64) -> backstage_status {
    actor(context)?.cancelTimer(timer) ?? .invalidArgument
}

@implementation @_cdecl("backstage_watch_fd")
public func backstage_watch_fd(
    _ context: OpaquePointer!, _ fd: Int32, _ events: UInt32, _ watcher: UnsafeMutablePointer<UInt64>!
) -> backstage_status {
    guard let actor = actor(context), let watcher else { return .invalidArgument }
    return actor.watch(fd: fd, events, watcher)
}

@implementation @_cdecl("backstage_watch_signal")
public func backstage_watch_signal(
    _ context: OpaquePointer!, _ signal: Int32, _ watcher: UnsafeMutablePointer<UInt64>!
) -> backstage_status {
    guard let actor = actor(context), let watcher else { return .invalidArgument }
    return actor.watch(signal: signal, watcher)
}

@implementation @_cdecl("backstage_unwatch")
public func backstage_unwatch(_ context: OpaquePointer!, _ watcher: UInt64) -> backstage_status {
    actor(context)?.unwatch(watcher) ?? .invalidArgument
}
