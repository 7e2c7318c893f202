// swift-tools-version: 6.3
import PackageDescription

// The repository's own package lies three folders up, whatever the folder there is called: so it is
// given its name here. A package of yours takes it from its address.
let backstage: Target.Dependency = .product(name: "Backstage", package: "Backstage")
let testKit: Target.Dependency = .product(name: "BackstageTestKit", package: "Backstage")
let backstageABI: Target.Dependency = .product(name: "BackstageABI", package: "Backstage")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")

let package = Package(
    name: "BackstageExamples",
    products: [
        .library(name: "Doubler", type: .dynamic, targets: ["Doubler"])
    ],
    dependencies: [
        .package(name: "Backstage", path: "../../.."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        .executableTarget(name: "hello", dependencies: [backstage]),

        .executableTarget(name: "hostwatch", dependencies: [backstage, arguments, "Ledger", "Machine"]),
        .target(name: "Machine"),
        .testTarget(name: "MachineTests", dependencies: ["Machine"]),

        .executableTarget(name: "orders", dependencies: [arguments, "OrderDesk"]),
        .target(name: "OrderDesk", dependencies: [backstage, "Ledger", "Matching"]),
        .testTarget(name: "OrderDeskTests", dependencies: ["OrderDesk", testKit]),
        .target(name: "Matching"),
        .testTarget(name: "MatchingTests", dependencies: ["Matching"]),

        .executableTarget(
            name: "protobuf", dependencies: [backstage, backstageABI, protobuf],
            exclude: ["measurement.proto"]),

        .target(name: "Doubler", dependencies: [backstage, backstageABI]),

        .target(name: "Ledger", dependencies: [backstage]),
        .testTarget(
            name: "ProgramTests", dependencies: ["hello", "hostwatch", "orders", "protobuf", testKit],
            exclude: ["Expected"]),
    ],
    swiftLanguageModes: [.v6]
)
