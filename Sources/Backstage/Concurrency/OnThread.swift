import BackstageCore

private final class Call {
    let body: (Engine?) -> Void
    init(_ body: @escaping (Engine?) -> Void) { self.body = body }
}

private func makeCall(_ state: UnsafeMutableRawPointer, _ isAbandoned: Int32) {
    let call = Unmanaged<Call>.fromOpaque(state).takeRetainedValue()
    call.body(isAbandoned == 0 ? Core.current.flatMap { Engine.of($0) } : nil)
}

/// Calls on an engine's thread: at once if this is it, else in order with what this thread sends. The
/// closure is given no engine if that is closed first.
func onThread(of number: UInt32, _ body: @escaping @Sendable (Engine?) -> Void) throws(BackstageError) {
    if let core = currentCore(number) { return body(Engine.of(core)) }
    let status = EngineTable.with(number) { core in
        if core.check() == 0 { return needsEncoding }
        let call = Unmanaged.passRetained(Call(body))
        let status = core.call(makeCall, call.toOpaque())
        if status != 0 { call.release() }
        return status
    }
    if status == needsEncoding {
        // The engine's own thread, outside a run: nobody else can close it now.
        return body(EngineTable.with(number) { Engine.of($0) } ?? nil)
    }
    guard let status else { throw .closed }
    try throwing(status)
}
