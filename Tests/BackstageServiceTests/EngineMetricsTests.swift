import Backstage
import BackstageService
import Metrics
import MetricsTestKit
import ServiceLifecycleTestKit
import Testing

@Suite("The metrics of an engine service")
struct EngineMetricsTests {
    private let metrics = TestMetrics()
    private let log = KeptLog()

    private func total(_ label: String, _ more: [(String, String)] = []) throws -> Int {
        Int(try metrics.expectCounter("backstage.\(label)", [("engine", "shop")] + more).totalValue)
    }

    private func value(_ label: String) throws -> Int {
        let meter = try metrics.expectMeter("backstage.\(label)", [("engine", "shop")])
        return Int(try #require(meter.lastValue))
    }

    private func expectAll(of statistics: Statistics) throws {
        #expect(try total("messages.accepted") == statistics.accepted)
        #expect(try total("messages.handled") == statistics.handled)
        #expect(try total("events.handled") == statistics.events)
        #expect(try total("actors.spawned") == statistics.spawned)
        #expect(try total("actors.failures") == statistics.failures)
        #expect(try total("actors.restarts") == statistics.restarts)
        #expect(try total("polls") == statistics.polls)
        #expect(try value("messages.queued") == statistics.queued)
        #expect(try value("actors.alive") == statistics.actors)
        #expect(try value("memory.bytes") == statistics.memoryBytes)
        #expect(Int(metrics.counterTotal(label: "backstage.messages.dead")) == statistics.dead)
    }

    @Test("are the engine's statistics at its end, with dead letters by reason")
    func atTheEnd() async throws {
        let service = try EngineService("shop", logger: log.logger, metrics: metrics) { engine in
            let clumsy = try engine.spawn("clumsy") {
                Worker(journal: Journal(), special: 3) { throw Mishap() }
            }
            for i in 0..<10 { try clumsy.send(i) }
            let last = try engine.spawn { (turns: Int, context) in
                if turns == 0 { context.engine.stop() }
                try context.ref.send(turns - 1)
            }
            try last.send(1000)
        }
        try await service.run()
        try expectBalanced(service.engine)
        let statistics = try service.engine.statistics()
        try expectAll(of: statistics)
        #expect(statistics.failures == 1)
        #expect(try total("messages.dead", [("reason", "failed")]) == 1)
        #expect(try total("messages.dead", [("reason", "ended")]) == 6)
        #expect(try total("messages.dead", [("reason", "engine_ended")]) == 1)
        #expect(try total("messages.dead", [("reason", "inbox_full")]) == 0)
    }

    @Test("are reported at the interval, by the engine's clock")
    func interval() async throws {
        var configuration = EngineService.Configuration()
        configuration.metricsInterval = .seconds(60)
        let service = try EngineService(
            "shop", options: EngineOptions(clock: .virtual), configuration: configuration,
            logger: log.logger, metrics: metrics)
        let idler = try service.engine.spawn { Idler() }
        let run = Task { try await service.run() }
        try await turns(service.engine)
        for round in 1...3 {
            for i in 0..<100 { try idler.send(i) }
            try await service.engine.perform { try $0.advance(by: .seconds(59)) }
            try await turns(service.engine)
            #expect(metrics.counters.isEmpty == (round == 1))
            try await service.engine.perform { try $0.advance(by: .seconds(1)) }
            try await turns(service.engine)
            #expect(try total("messages.handled") == Int(round * 100))
            #expect(try value("actors.alive") == 2)
            #expect(try value("messages.queued") == 0)
        }
        let handled = try metrics.expectCounter("backstage.messages.handled", [("engine", "shop")])
        #expect(handled.values == [100, 100, 100])
        service.engine.stop()
        try await run.value
        try expectAll(of: service.engine.statistics())
    }

    @Test("without an interval come once, at the end, and no actor is spawned for them")
    func noInterval() async throws {
        var configuration = EngineService.Configuration()
        configuration.metricsInterval = nil
        let service = try EngineService(
            "shop", configuration: configuration, logger: log.logger, metrics: metrics
        ) { $0.stop() }
        try await service.run()
        #expect(try service.engine.statistics().spawned == 0)
        #expect(try value("memory.bytes") == service.engine.statistics().memoryBytes)
        #expect(try metrics.expectMeter("backstage.memory.bytes", [("engine", "shop")]).values.count == 1)
    }

    @Test("have the prefix and the dimensions that were asked for")
    func labels() async throws {
        var configuration = EngineService.Configuration()
        configuration.metricsPrefix = "shop.actors"
        configuration.metricsDimensions = [("region", "north")]
        let service = try EngineService(
            "shop", configuration: configuration, logger: log.logger, metrics: metrics
        ) { engine in
            try engine.spawn { Idler() }.send(1)
            engine.stop()
        }
        try await service.run()
        let dimensions = [("engine", "shop"), ("region", "north")]
        #expect(try metrics.expectCounter("shop.actors.messages.accepted", dimensions).totalValue == 1)
        let dead = try metrics.expectCounter(
            "shop.actors.messages.dead", dimensions + [("reason", "engine_ended")])
        #expect(dead.totalValue == 1)
        #expect(metrics.counters.allSatisfy { $0.label.hasPrefix("shop.actors.") })
    }

    @Test("of an engine without an observer have dead letters without reasons")
    func withoutObserver() async throws {
        let engine = try Engine()
        let idler = try engine.spawn { Idler() }
        for i in 0..<3 { try idler.send(i) }
        engine.stop()
        let service = EngineService("shop", engine: engine, logger: log.logger, metrics: metrics)
        try await service.run()
        #expect(try total("messages.dead") == 3)
        #expect(metrics.counters(label: "backstage.messages.dead").count == 1)
    }

    @Test("go to the factory of the moment when the service is made")
    func factory() async throws {
        let service = try withMetricsFactory(metrics) {
            try EngineService("shop", logger: log.logger) { $0.stop() }
        }
        try await service.run()
        try expectAll(of: service.engine.statistics())
    }
}
