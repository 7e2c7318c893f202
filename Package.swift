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
        .library(name: "BackstageABI", targets: ["BackstageABI"]),
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
        .target(
            name: "Backstage", dependencies: ["CBackstage", "CLibev", "BackstageCore"],
            swiftSettings: lifetimes),
        .testTarget(name: "BackstageCoreTests", dependencies: ["BackstageCore", "CBackstage"]),
        .testTarget(
            name: "BackstageABITests", dependencies: ["BackstageABI", "CBackstage"]),
        .testTarget(name: "BackstageTests", dependencies: ["Backstage"]),
    ],
    swiftLanguageModes: [.v6]
)
