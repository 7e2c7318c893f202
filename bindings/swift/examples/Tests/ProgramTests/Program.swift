import Glibc
import Testing

/// A program of this package, run to its end.
struct Program {
    let status: Int32
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

    static func run(_ name: String, _ arguments: String...) throws -> Program {
        try RunningProgram(name, arguments).finish()
    }
}

/// A program that has not ended yet.
struct RunningProgram {
    private let pid: pid_t
    private let output: Pipe
    private let errors: Pipe

    /// It lies beside the program that these tests are in.
    init(_ name: String, _ arguments: [String]) throws {
        let path = Files.folder(of: try #require(Files.linkTarget("/proc/self/exe"))) + "/" + name
        output = try Pipe()
        errors = try Pipe()
        pid = try Self.spawn(path, arguments, output, errors)
        close(output.writeEnd)
        close(errors.writeEnd)
    }

    private static func spawn(
        _ path: String, _ arguments: [String], _ output: Pipe, _ errors: Pipe
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writeEnd, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors.writeEnd, STDERR_FILENO)
        // The threads that tests run on block signals; the program is not to.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        try #require(posix_spawn(&pid, path, &actions, &attributes, &words, environ) == 0)
        return pid
    }

    /// Blocks until it has written something; what that is.
    func firstOutput() -> String { output.read() }

    func send(_ signal: Int32) { kill(pid, signal) }

    /// Standard error is read last: these programs write but little there.
    func finish() -> Program {
        let (output, errors) = (output.readToEnd(), errors.readToEnd())
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        // As WEXITSTATUS has it, or the signal that ended it.
        return Program(
            status: status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F), output: output,
            errors: errors)
    }
}

private struct Pipe {
    let readEnd: Int32
    let writeEnd: Int32

    /// No program has an end of it but those that are given one.
    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        for end in ends { try #require(fcntl(end, F_SETFD, FD_CLOEXEC) == 0) }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    /// What there is, once there is something; "" at the end.
    func read() -> String {
        var bytes = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(readEnd, &bytes, bytes.count)
            if count >= 0 { return String(decoding: bytes[..<count], as: UTF8.self) }
            if errno != EINTR { return "" }
        }
    }

    func readToEnd() -> String {
        var text = ""
        while true {
            let more = read()
            if more.isEmpty { break }
            text += more
        }
        close(readEnd)
        return text
    }
}
