// How what actors have counted comes out of them.

import Backstage
import Harness

/// Filled in by actors as they end; read when the engine is closed.
final class Results<Value> {
    var values: [Value] = []
}

/// Closes the engine, having checked that all it accepted was handled.
func close(_ engine: Engine) throws {
    let ledger = try engine.statistics()
    check(ledger.accepted == ledger.handled, "accepted \(ledger.accepted), handled \(ledger.handled)")
    check(ledger.dead == 0 && ledger.queued == 0 && ledger.failures == 0, "dead letters or failures")
    try engine.close()
}
