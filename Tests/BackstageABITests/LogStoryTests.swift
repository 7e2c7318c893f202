import CBackstage
import Glibc
import Testing

struct LogStoryTests {
    /// What is written to standard error meanwhile; what others wrote is passed on.
    private func captureStandardError(_ body: () -> Void) throws -> [Substring] {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let saved = dup(STDERR_FILENO)
        #expect(dup2(ends[1], STDERR_FILENO) >= 0)
        body()
        #expect(dup2(saved, STDERR_FILENO) >= 0)
        close(ends[1])
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count <= 0 { break }
            text += buffer.prefix(count)
        }
        close(ends[0])
        close(saved)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        for line in lines where !line.hasPrefix("backstage: ") {
            let line = Array((line + "\n").utf8)
            #expect(write(STDERR_FILENO, line, line.count) == line.count)
        }
        return lines.filter { $0.hasPrefix("backstage: ") }
    }

    @Test func aFailureIsWrittenToStandardError() throws {
        let lines = try captureStandardError {
            do {
                let stage = try Stage { $0.log = backstage_log_to_stderr }
                let role = Role()
                role.onReceive = { _, _ in -1234 }
                let actor = try stage.spawn(role, id: "unlucky")
                #expect(backstage_engine_send(stage.engine, actor, nil, 0) == ok)
                #expect(stage.run() == ok)
            } catch {
                Issue.record(error)
            }
            backstage_log_to_stderr(backstage_log_level(BACKSTAGE_LOG_WARNING), "by hand", nil)
            backstage_log_to_stderr(backstage_log_level(BACKSTAGE_LOG_INFO), nil, nil)
        }
        #expect(
            lines == [
                "backstage: error: actor \"unlucky\" failed: status -1234 (USER)",
                "backstage: warning: by hand",
            ])
    }
}
