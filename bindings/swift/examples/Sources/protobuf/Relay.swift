import Backstage
import CBackstage

/// An actor as a C program would write it: it knows bytes only. What it is sent it sends on to the actor
/// with the id "collector".
func spawnRelay(in engine: Engine) throws -> ActorRef<Weather_Measurement> {
    var relay: backstage_ref = 0
    let status = "relay".withCString { id in
        var options = backstage_actor_options()
        options.size = MemoryLayout<backstage_actor_options>.size
        options.id = id
        options.receive = { context, envelope, _ in
            guard let envelope else { return Int32(BACKSTAGE_INVALID_ARGUMENT) }
            print("relay: \(envelope.pointee.size) bytes")
            return backstage_send_to_id(
                context, "collector", envelope.pointee.payload, Int(envelope.pointee.size))
        }
        return backstage_engine_spawn(engine.handle, &options, &relay)
    }
    guard status == BACKSTAGE_OK else { throw BackstageError.status(status) }
    return try engine.find("relay", as: Weather_Measurement.self)
}
