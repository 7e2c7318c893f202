extension EngineService {
    /// What can be chosen about an ``EngineService``.
    public struct Configuration: Sendable {
        /// How long actors may take on a graceful shutdown to handle what they have queued. Those that
        /// take longer are killed: what they have queued becomes dead letters. `nil` is as long as it
        /// takes, zero is not at all. Keep it below what your process is given to end in.
        public var drainTimeout: Duration? = .seconds(10)

        /// How often metrics are reported, by the engine's clock; `nil` is at the end only. An engine that
        /// is otherwise idle wakes up this often.
        public var metricsInterval: Duration? = .seconds(10)

        /// What the labels of all metrics begin with, before a dot.
        public var metricsPrefix = "backstage"

        /// Dimensions of all metrics besides `engine`, which is the service's name.
        public var metricsDimensions: [(String, String)] = []

        /// How dead letters are logged by a service that makes its engine.
        public var deadLetters = DeadLetterLogging()

        /// The defaults: drained for ten seconds, metrics every ten seconds.
        public init() {}
    }
}
