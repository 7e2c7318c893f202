import Glibc

/// Where samples come from: /proc, or a directory that looks like it, or a recording of several such
/// directories, DIR/tick-0, DIR/tick-1, ..., one for each time that the samplers look.
public final class Source {
    public let directory: String
    public let ticks: Int  // of the recording; 0: there is none, read live
    private let failAt: Int?
    private var lines = 0  // read so far

    /// At the `failAt`-th line, reading it fails: to show what follows.
    public init(_ directory: String, failAt: Int? = nil) {
        var ticks = 0
        while Self.isDirectory("\(directory)/tick-\(ticks)") { ticks += 1 }
        self.directory = directory
        self.ticks = ticks
        self.failAt = failAt
    }

    /// The lines of a file as of a tick, read when they are asked for.
    func lines(of name: String, at tick: Int) throws -> some Sequence<Result<Substring, FailedAsAsked>> {
        var text = try String(decoding: contents(of: path(name, at: tick)), as: UTF8.self)[...]
        if text.last == "\n" { text.removeLast() }
        let lines = text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.lazy.map(count)
    }

    /// The names in the directory itself.
    func names(at tick: Int) throws(Unavailable) -> [String] {
        guard let stream = opendir(path("", at: tick)) else { throw Unavailable(error: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            names.append(String(decoding: name, as: UTF8.self))
        }
        return names
    }

    public static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func path(_ name: String, at tick: Int) -> String {
        ticks == 0 ? "\(directory)/\(name)" : "\(directory)/tick-\(tick % ticks)/\(name)"
    }

    private func count(_ line: Substring) -> Result<Substring, FailedAsAsked> {
        lines += 1
        return lines == failAt ? .failure(FailedAsAsked(line: lines)) : .success(line)
    }

    private func contents(of path: String) throws(Unavailable) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Unavailable(error: errno) }
        defer { close(descriptor) }
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count > 0 { contents += chunk[..<count] } else if count == 0 || errno != EINTR { break }
        }
        return contents
    }
}

/// There is nothing to read: errno, or 0 if there was a file but nothing of use in it.
public struct Unavailable: Error {
    public let error: Int32
}

/// The failure that was asked for.
public struct FailedAsAsked: Error, CustomStringConvertible {
    let line: Int
    public var description: String { "failed at line \(line), as asked" }
}
