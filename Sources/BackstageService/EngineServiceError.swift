/// What an ``EngineService`` itself throws, besides what its engine and its set-up do.
public enum EngineServiceError: Error, Hashable, Sendable {
    /// The service was run before: an engine that has ended is closed, so make a new service.
    case alreadyRun

    /// The system gave no thread for the engine: `errno` tells why.
    case noThread(errno: Int32)
}

extension EngineServiceError: CustomStringConvertible {
    /// What went wrong, in words.
    public var description: String {
        switch self {
        case .alreadyRun: "an engine service can be run once only"
        case .noThread(let errno): "no thread for the engine: error \(errno)"
        }
    }
}
