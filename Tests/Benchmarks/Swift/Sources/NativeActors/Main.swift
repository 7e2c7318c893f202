// What Swift's own actors take for the same work, as those who use them would write it.

import Harness

typealias Workload = @Sendable (UInt64) async -> [Double]

let workloads: [(side: String, name: String, run: Workload)] = [
    ("swift-actors", "ping-pong", pingPong),
    ("swift-executor", "ping-pong", pingPongPinned),
    ("swift-tasks", "ping-pong", pingPongTasks),
    ("swift-streams", "ping-pong", pingPongStreams),
    ("swift-actors", "flood, actor to actor", flood),
    ("swift-executor", "flood, actor to actor", floodPinned),
    ("swift-tasks", "flood, actor to actor", floodTasks),
    ("swift-streams", "flood, actor to actor", floodStreams),
    ("swift-actors", "publish 1 to 1000", publish),
    ("swift-actors", "request and reply", request),
    ("swift-actors", "Swift: flood of class references", floodOfParcels),
    ("swift-actors", "Swift: flood of strings", floodOfLines),
    ("swift-actors", "Swift: request by callback", request),
    ("swift-actors", "Swift: await request, task on the engine", request),
    ("swift-actors", "Swift: await request, actor on the engine", request),
]

@main
enum NativeActors {
    static func main() async {
        let arguments = Arguments(workloads: workloads.map(\.name))
        let found = workloads.first { $0.side == arguments.side && $0.name == arguments.workload }
        guard let workload = found else {
            fail("\(arguments.side) has no workload \(arguments.workload)")
        }
        arguments.tell(await workload.run(arguments.count))
    }
}
