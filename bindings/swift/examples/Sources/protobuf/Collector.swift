import Backstage

/// Takes measurements, whoever sends them, as values.
struct Collector: Actor {
    typealias Message = Weather_Measurement

    func receive(_ message: Message, _ context: Context<Message>) {
        let gusts = message.gustsKmh.map { "\($0)" }.joined(separator: ", ")
        print("collector: \(message.station), \(message.celsius) degrees, gusts of \(gusts) km/h")
    }

    /// Bytes that are no measurement.
    func undecodable(_ error: any Error, _ context: Context<Message>) {
        print("collector: no measurement")
    }
}
