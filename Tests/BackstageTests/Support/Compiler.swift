import Foundation

/// Swift's compiler, given programs as a user writes them: with the modules that this test was built with.
enum Compiler {
    struct Outcome {
        let status: Int32
        /// What it wrote, errors included.
        let output: String
        var succeeded: Bool { status == 0 }
    }

    /// Compiles a program of one file, with all that the compiler checks, and keeps nothing of it.
    static func check(_ source: String) throws -> Outcome { try check(["main.swift": source]) }

    /// The same with several files, by name.
    static func check(_ files: [String: String]) throws -> Outcome {
        try withFolder(of: files) { _, paths in
            // Only the passes after type checking see what outlives its scope, or races.
            try run(swiftc + modules + ["-emit-sil", "-wmo", "-o", "/dev/null"] + paths)
        }
    }

    /// Compiles a package's manifest.
    static func checkManifest(_ source: String) throws -> Outcome {
        let library = try toolchain().appending(path: "lib/swift/pm/ManifestAPI").path
        return try withFolder(of: ["main.swift": source]) { _, paths in
            let options = ["-package-description-version", "999", "-typecheck", "-I", library]
            return try run(swiftc + options + paths)
        }
    }

    /// Compiles a program, links and runs it: what it printed. If it does not compile, why.
    static func run(_ files: [String: String]) throws -> Outcome { try run(files, []) }

    /// The same with tests, all in one module of that name.
    static func test(_ files: [String: String], module: String = "Tests") throws -> Outcome {
        var files = files
        files["Runner.swift"] = """
            import Testing
            @main struct Runner { static func main() async { await Testing.__swiftPMEntryPoint() as Never } }
            """
        return try run(files, ["-parse-as-library", "-module-name", module])
    }

    private static func run(_ files: [String: String], _ options: [String]) throws -> Outcome {
        try withFolder(of: files) { folder, paths in
            let program = folder.appending(path: "program").path
            let products = objects + sanitizers + ["-lev", "-o", program]
            let compiled = try run(swiftc + modules + options + products + paths)
            return compiled.succeeded ? try run([program]) : compiled
        }
    }
}

extension Compiler {
    /// The root of the source tree.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let swiftc = ["/usr/bin/env", "swiftc", "-swift-version", "6"]

    /// Where this test was built.
    private static let build = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()

    private static let modules = [
        "-I", build.appending(path: "Modules").path,
        "-I", root.appending(path: "include").path,
        "-I", root.appending(path: "Sources/CLibev/include").path,
    ]

    /// Of those that this test was linked from, what a program needs: files of former builds lie beside them.
    private static let objects: [String] = {
        let list = build.appending(path: "BackstagePackageTests.product/Objects.LinkFileList")
        let files = (try? String(contentsOf: list, encoding: .utf8)) ?? ""
        let folders = ["Backstage", "BackstageABI", "BackstageCore", "BackstageTestKit", "CLibev"]
        return files.split(separator: "\n").map { $0.trimmingCharacters(in: ["'"]) }
            .filter { file in folders.contains { file.contains("/\($0).build/") } }
    }()

    /// Objects built with a sanitizer want it linked.
    private static let sanitizers = ["address", "thread"].flatMap { name in
        let sign = Data("__\(name.prefix(1))san_init".utf8)
        let isNeeded = objects.contains {
            (try? Data(contentsOf: URL(filePath: $0)))?.range(of: sign) != nil
        }
        return isNeeded ? ["-sanitize=\(name)"] : []
    }

    /// The folder of the compiler's `bin`.
    private static func toolchain() throws -> URL {
        let outcome = try run(["/bin/sh", "-c", "command -v swiftc"])
        return URL(filePath: outcome.output.trimmingCharacters(in: .whitespacesAndNewlines))
            .resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
    }

    private static func withFolder(
        of files: [String: String], _ body: (URL, [String]) throws -> Outcome
    ) throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "backstage-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        var paths: [String] = []
        for (name, source) in files.sorted(by: { $0.key < $1.key }) {
            let file = folder.appending(path: name)
            try source.write(to: file, atomically: false, encoding: .utf8)
            paths.append(file.path)
        }
        return try body(folder, paths)
    }

    private static func run(_ command: [String]) throws -> Outcome {
        let process = Process()
        let pipe = Foundation.Pipe()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        // The engine of a page's program lives until that ends.
        let own = ["ASAN_OPTIONS": "detect_leaks=0"]
        process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }
}
