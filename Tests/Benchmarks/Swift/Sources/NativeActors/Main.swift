// What Swift's own actors take for the same work, as those who use them would write it.

import Harness

typealias Workload = @Sendable (UInt64) async -> [Double]

let workloads: [(name: String, run: Workload)] = [
    ("ping-pong", pingPong),
    ("ping-pong pinned", pingPongPinned),
    ("ping-pong tasks", pingPongTasks),
    ("ping-pong streams", pingPongStreams),
    ("flood", flood),
    ("flood pinned", floodPinned),
    ("flood tasks", floodTasks),
    ("flood streams", floodStreams),
    ("flood of class references", floodOfParcels),
    ("flood of strings", floodOfLines),
    ("publish 1 to 1000", publish),
    ("request", request),
]

@main
enum NativeActors {
    static func main() async {
        let arguments = Arguments(workloads: workloads.map(\.name))
        guard let workload = workloads.first(where: { $0.name == arguments.workload }) else {
            fail("no workload of that name")
        }
        tell(await workload.run(arguments.count))
    }
}
