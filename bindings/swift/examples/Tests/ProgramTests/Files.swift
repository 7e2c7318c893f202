import Glibc
import Testing

/// Where the repository's files are, from here: bindings/swift/examples/Tests/ProgramTests/Files.swift.
enum Files {
    private static let here = folder(of: #filePath)

    static func recording(_ name: String) -> String {
        let repository = (0..<5).reduce(here) { path, _ in folder(of: path) }
        return "\(repository)/Tests/Examples/\(name)"
    }

    static func expected(_ name: String) throws -> String {
        let file = try #require(fopen("\(here)/Expected/\(name)", "re"), "no such file: \(name)")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = getc(file), byte >= 0 { bytes.append(UInt8(byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func linkTarget(_ path: String) -> String? {
        guard let target = realpath(path, nil) else { return nil }
        defer { free(target) }
        return String(cString: target)
    }

    static func folder(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }
}
