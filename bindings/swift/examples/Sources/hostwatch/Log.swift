import Backstage
import Glibc
import Synchronization

/// The engine's log: to standard error, unless there is a table on the screen. Then the latest line is
/// kept, as it has no place but in the table.
final class Log: Sendable {
    private let isKept: Bool
    private let kept = Mutex<String?>(nil)

    init(isKept: Bool) { self.isKept = isKept }

    func write(_ entry: LogEntry) {
        if isKept { return kept.withLock { $0 = "\(entry)" } }
        let line = Array("hostwatch: \(entry)\n".utf8)
        _ = Glibc.write(STDERR_FILENO, line, line.count)
    }

    var latest: String? { kept.withLock { $0 } }
}
