// swift-tools-version: 6.3
import PackageDescription

// The trait Embedded builds as CMake does: without Swift's runtime. Release builds only, since
// that mode compiles whole modules; and only of the target BackstageABI, for the rest needs the runtime.
let embedded: [SwiftSetting] = [
    .enableExperimentalFeature("Embedded", .when(traits: ["Embedded"]))
]
// A context cannot outlive the callback that it was given to.
let lifetimes: [SwiftSetting] = [.enableExperimentalFeature("Lifetimes")]

let package = Package(
    name: "Backstage",
    products: [
        .library(name: "Backstage", targets: ["Backstage"]),
        .library(name: "BackstageService", targets: ["BackstageService"]),
        .library(name: "BackstageTestKit", targets: ["BackstageTestKit"]),
        .library(name: "BackstageABI", targets: ["BackstageABI"]),
    ],
    traits: [
        .trait(name: "Embedded", description: "Build as Embedded Swift, for `-c release`.")
    ],
    // Of BackstageService alone.
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CBackstage", path: "include"),
        .target(name: "CLibev", linkerSettings: [.linkedLibrary("ev")]),
        .target(
            name: "BackstageCore", dependencies: ["CBackstage", "CLibev"], swiftSettings: embedded),
        .target(
            name: "BackstageABI", dependencies: ["CBackstage", "BackstageCore"],
            swiftSettings: embedded),
        .target(
            name: "Backstage", dependencies: ["CBackstage", "CLibev", "BackstageCore"],
            swiftSettings: lifetimes),
        .testTarget(name: "BackstageCoreTests", dependencies: ["BackstageCore", "CBackstage"]),
        .testTarget(
            name: "BackstageABITests", dependencies: ["BackstageABI", "CBackstage"]),
        .target(
            name: "BackstageService",
            dependencies: [
                "Backstage",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .target(name: "BackstageTestKit", dependencies: ["Backstage"]),
        // Actors written in C, for the tests of the border.
        .target(
            name: "CBackstageActors", dependencies: ["CBackstage", "BackstageABI"],
            path: "Tests/CBackstageActors"),
        .testTarget(
            name: "BackstageTests",
            dependencies: ["Backstage", "BackstageABI", "BackstageTestKit", "CBackstageActors"]),
        .testTarget(
            name: "BackstageServiceTests",
            dependencies: [
                "Backstage", "BackstageService",
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
