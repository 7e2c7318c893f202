import CBackstage
import Testing

@testable import BackstageCore

/// Looks an engine over, from inside: what holds between any two calls, and does not, is a fault.
final class Inspector {
    let engine: Engine
    let actors: [Actor]
    private(set) var faults: [String] = []

    init(_ engine: Engine) {
        self.engine = engine
        actors = engine.livingActors
    }

    func check(_ holds: Bool, _ fault: @autoclosure () -> String) {
        if !holds { faults.append(fault()) }
    }

    /// Every link of a list must go both ways.
    func checkLinks<Record: Equatable>(_ list: [Record], _ previous: (Record) -> Record?) {
        for (place, record) in list.enumerated() {
            check(previous(record) == (place == 0 ? nil : list[place - 1]), "a link back from \(record)")
        }
    }
}

extension Engine {
    var faults: [String] {
        let inspector = Inspector(self)
        inspector.checkPlaces()
        inspector.checkFamilies()
        inspector.checkKinds()
        inspector.checkReadyList()
        inspector.checkRounds()
        inspector.checkStages()
        inspector.checkSupervisions()
        inspector.checkDrains()
        inspector.checkInboxes()
        inspector.checkLedger()
        inspector.checkStashes()
        inspector.checkSources()
        inspector.checkTimers()
        inspector.checkReferences()
        inspector.checkTopics()
        inspector.checkSubscriptions()
        return inspector.faults
    }

    func expectNoFaults() { #expect(faults == []) }
}
