// The typed API's side of every workload.

import Backstage
import Harness

typealias Workload = @Sendable (UInt64) throws -> [Double]

let workloads: [(name: String, run: Workload)] = [
    ("ping-pong", pingPong),
    ("flood, actor to actor", flood),
    ("flood", { try floodFromOutside(Reading.self, $0) }),
    ("flood 128 B", { try floodFromOutside(Sheet.self, $0) }),
    ("publish 1 to 1000", publish),
    ("send from another thread", sendFromOtherThread),
    ("request and reply", request),
    ("request from another thread", awaitElsewhere),
    ("Swift: flood of class references", { try floodFromOutside(Parcel.self, $0) }),
    ("Swift: flood of strings", { try floodFromOutside(Line.self, $0) }),
    ("Swift: request by callback", requestByCallback),
    ("Swift: await request, task on the engine", { try awaitOnEngine($0, prefersEngine: true) }),
    ("Swift: await request, actor on the engine", { try awaitOnEngine($0, prefersEngine: false) }),
    ("Swift: what 10 M class references leave", leavings),
]

@main
enum TypedActors {
    static func main() {
        let arguments = Arguments(workloads: workloads.map(\.name))
        let found = workloads.first { $0.name == arguments.workload }
        guard arguments.side == "swift", let workload = found else {
            fail("\(arguments.side) has no workload \(arguments.workload)")
        }
        do {
            arguments.tell(try workload.run(arguments.count))
        } catch {
            fail("\(workload.name): \(error)")
        }
    }
}
