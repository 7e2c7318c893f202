import CBackstage

/// How to supervise, for tests.
func supervision(
    _ strategy: Int = BACKSTAGE_ONE_FOR_ONE, _ directive: Int = BACKSTAGE_DIRECTIVE_RESTART,
    restarts: Int = 100, window: Int64 = 0, backoff: Int64 = 0, longest: Int64 = 0, jitter: Int = 0
) -> backstage_supervision {
    var options = backstage_supervision()
    options.size = MemoryLayout<backstage_supervision>.size
    options.strategy = backstage_strategy(strategy)
    options.directive = backstage_directive(directive)
    options.restarts_max = UInt32(restarts)
    options.window_ns = window
    options.backoff_ns = backoff
    options.backoff_max_ns = longest
    options.jitter_percent = UInt32(jitter)
    return options
}
