import BackstageCore
import CBackstage
import CLibev

/// What the core calls back for an engine: log, dead letters, and what is to be done on its thread.
/// Outlives the core; the engine's actors find the engine by it.
final class EngineHooks {
    let deadLetter: (@Sendable (DeadLetter) -> Void)?
    let log: (@Sendable (LogEntry) -> Void)?
    let jobs = JobQueue()
    /// Every callback runs inside a call of the engine's, which keeps it alive.
    unowned(unsafe) var engine: Engine!
    var number: UInt32 = 0
    /// The error of the failure that the core is just about to log.
    var failure: (any Error)?
    /// The error of the last failure, for the run that it may end.
    var lastFailure: (any Error)?
    /// The name that each type of messages is known by to broadcasts.
    var kinds: [ObjectIdentifier: String] = [:]
    var kindOwners: [String: ObjectIdentifier] = [:]
    /// Descriptors watched outside any actor.
    var watchers: [UInt64: HostWatcher] = [:]
    /// Asks for those who are no actors.
    var gateway: Gateway?
    /// Its requests, by token: how each is given up.
    var asking: [UInt64: () -> Void] = [:]
    /// Sees each end of an actor of Swift, for tests.
    var sawEnd: ((SeenEnd) -> Void)?
    /// Of the core, as it ended.
    var finalStatistics: Statistics?
    /// Keeps an engine that came from C alive, until that ends it.
    var attached: Engine?

    init(_ options: EngineOptions) {
        deadLetter = options.deadLetter
        log = options.log
    }

    func attach(to core: Core) {
        core.pointee.number = number
        core.pointee.companion = Companion(
            receive: nativeReceive, destroy: destroyNative,
            work: { hooks($0).work() }, end: { hooks($0).end() },
            state: Unmanaged.passUnretained(self).toOpaque())
    }

    /// The name by which actors with a type of messages are found: as Swift writes it, unless that is
    /// another's already, or too long.
    func kind<Message>(of type: Message.Type) -> String {
        let key = ObjectIdentifier(type)
        if let kind = kinds[key] { return kind }
        var kind = String(reflecting: type)
        if kind.utf8.count > Int(BACKSTAGE_ID_BYTES_MAX) || kindOwners[kind] != nil {
            kind = "\(String(describing: type).prefix(60))#\(kindOwners.count)"
        }
        kinds[key] = kind
        kindOwners[kind] = key
        return kind
    }

    private func work() { jobs.run(on: engine) }

    /// The core is about to be freed: by the engine itself, or by C.
    private func end() {
        EngineTable.remove(number)
        // What another thread sent just before that.
        engine.core.buryRemoteQueue()
        finalStatistics = Statistics(engine.core.statistics)
        engine.coreHasEnded()
        attached = nil
    }
}

private func hooks(_ state: UnsafeMutableRawPointer?) -> EngineHooks {
    Unmanaged<EngineHooks>.fromOpaque(state.unsafelyUnwrapped).takeUnretainedValue()
}

/// `backstage_free_callback`: destroys a value, `state` being its type.
private func destroyNative(
    _ value: UnsafeMutableRawPointer?, _ size: Int, _ state: UnsafeMutableRawPointer?
) {
    guard let value, let state else { return }
    typeOfValue(state).destroy(value)
}

func tookLogLine(
    _ level: backstage_log_level, _ text: UnsafePointer<CChar>?, _ state: UnsafeMutableRawPointer?
) {
    let hooks = hooks(state)
    let message = text.map { String(cString: $0) } ?? ""
    hooks.log?(LogEntry(level: LogLevel(rawValue: level) ?? .info, message: message, error: hooks.failure))
    hooks.failure = nil
}

func sawDeadLetter(
    _ engine: OpaquePointer?, _ receiver: backstage_ref, _ envelope: UnsafePointer<backstage_envelope>?,
    _ reason: backstage_dead_reason, _ state: UnsafeMutableRawPointer?
) {
    guard let envelope else { return }
    let hooks = hooks(state)
    hooks.deadLetter?(DeadLetter(hooks.engine, receiver, Slot(mutating: envelope), reason))
}
