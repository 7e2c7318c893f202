// The typed API's side of every workload.

import Backstage
import Harness

typealias Workload = @Sendable (UInt64) throws -> [Double]

let workloads: [(name: String, run: Workload)] = [
    ("ping-pong", pingPong),
    ("flood", flood),
    ("flood from outside", { try floodFromOutside(Reading.self, $0) }),
    ("flood of sheets", { try floodFromOutside(Sheet.self, $0) }),
    ("flood of class references", { try floodFromOutside(Parcel.self, $0) }),
    ("flood of strings", { try floodFromOutside(Line.self, $0) }),
    ("publish 1 to 1000", publish),
    ("send from another thread", sendFromOtherThread),
    ("request", request),
    ("request by callback", requestByCallback),
    ("await request on the engine", { try awaitOnEngine($0, prefersEngine: true) }),
    ("await request by the pool", { try awaitOnEngine($0, prefersEngine: false) }),
    ("await request from elsewhere", awaitElsewhere),
    ("what class references leave", leavings),
]

@main
enum TypedActors {
    static func main() {
        let arguments = Arguments(workloads: workloads.map(\.name))
        guard let workload = workloads.first(where: { $0.name == arguments.workload }) else {
            fail("no workload of that name")
        }
        do {
            tell(try workload.run(arguments.count))
        } catch {
            fail("\(workload.name): \(error)")
        }
    }
}
