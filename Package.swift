// swift-tools-version: 6.3
import PackageDescription

// The trait Embedded builds as CMake does: without Swift's runtime. Release builds only, since
// that mode compiles whole modules.
let embedded: [SwiftSetting] = [
    .enableExperimentalFeature("Embedded", .when(traits: ["Embedded"]))
]

let package = Package(
    name: "Backstage",
    products: [
        .library(name: "BackstageCore", targets: ["BackstageCore"])
    ],
    traits: [
        .trait(name: "Embedded", description: "Build as Embedded Swift, for `-c release`.")
    ],
    targets: [
        .systemLibrary(name: "CBackstage", path: "include"),
        .target(name: "CLibev", linkerSettings: [.linkedLibrary("ev")]),
        .target(
            name: "BackstageCore", dependencies: ["CBackstage", "CLibev"], swiftSettings: embedded),
        .target(
            name: "BackstageABI", dependencies: ["CBackstage", "BackstageCore"],
            swiftSettings: embedded),
        .testTarget(name: "BackstageCoreTests", dependencies: ["BackstageCore", "CBackstage"]),
        .testTarget(
            name: "BackstageABITests", dependencies: ["BackstageABI", "CBackstage"]),
    ],
    swiftLanguageModes: [.v6]
)
