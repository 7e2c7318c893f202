import Backstage

/// A message goes from Swift through an actor of C to Swift: encoded where it leaves, decoded where it
/// comes in. Between actors of Swift it is never encoded.
@main
struct Main {
    static func main() throws {
        let engine = try Engine()
        let collector = try engine.spawn("collector") { Collector() }
        let relay = try spawnRelay(in: engine)
        let measurement = Weather_Measurement.with {
            $0.station = "Säntis"
            $0.celsius = -4.5
            $0.gustsKmh = [81, 97.5]
        }
        print("to the collector:")
        try collector.send(measurement)
        try engine.run(.untilIdle)
        print("to the relay:")
        try relay.send(measurement)
        try engine.run(.untilIdle)
        print("bytes that are no protobuf:")
        try relay.erased.send(bytes: [0xFF, 0xFF, 0xFF])
        try engine.run(.untilIdle)
        try engine.close()
    }
}
