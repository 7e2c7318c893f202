// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "BackstageBenchmarks",
    products: [
        .executable(name: "typed_actors", targets: ["TypedActors"]),
        .executable(name: "native_actors", targets: ["NativeActors"]),
        // Put into a process by LD_PRELOAD.
        .library(name: "count_allocations", type: .dynamic, targets: ["CountAllocations"]),
    ],
    dependencies: [.package(name: "Backstage", path: "../../..")],
    targets: [
        .target(name: "CHarness"),
        .target(name: "Harness", dependencies: ["CHarness"]),
        .target(name: "CountAllocations"),
        .executableTarget(
            name: "TypedActors",
            dependencies: ["Harness", .product(name: "Backstage", package: "Backstage")]),
        .executableTarget(name: "NativeActors", dependencies: ["Harness"]),
    ],
    swiftLanguageModes: [.v6]
)
