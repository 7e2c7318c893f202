import Testing

@testable import Machine

struct TableTests {
    private let bold = "\u{1B}[1m"
    private let red = "\u{1B}[1;31m"
    private let plain = "\u{1B}[0m"

    private func rows() -> Rows {
        var rows = Rows(shownFor: .seconds(3))
        rows.update("memory.used", .share(Share(used: 3 << 30, total: 4 << 30)), at: .seconds(1))
        rows.update("cpu.total", .share(Share(fraction: 0.9)), at: .seconds(1))
        for cpu in 0..<4 {
            rows.update("cpu.\(cpu)", .share(Share(fraction: 0.25)), at: .seconds(1))
        }
        rows.update("alarm.cpu.total", .alarm(limit: 0.9, isRaised: true), at: .seconds(1))
        return rows
    }

    private func frame(_ rows: Rows, height: Int, width: Int, log: String? = nil) -> [String] {
        Table.frame(title: "title", rows: rows, log: log, height: height, width: width)
    }

    @Test func groupsStandApartWhereThereIsRoom() {
        #expect(
            frame(rows(), height: 30, width: 80, log: "log: x") == [
                "\(bold)title\(plain)",
                "",
                "\(red)cpu.total              [####################  ]  90.0 %  ALARM\(plain)",
                "cpu.0                  [######                ]  25.0 %",
                "cpu.1                  [######                ]  25.0 %",
                "cpu.2                  [######                ]  25.0 %",
                "cpu.3                  [######                ]  25.0 %",
                "",
                "memory.used            [#################     ]  75.0 %  3.0 GiB of 4.0 GiB",
                "",
                "log: x",
            ])
    }

    @Test func theLargestGroupIsCutWhereThereIsNone() {
        #expect(
            frame(rows(), height: 6, width: 40) == [
                "\(bold)title\(plain)",
                "\(red)cpu.total               90.0 %  ALARM\(plain)",
                "cpu.0                   25.0 %",
                "... and 3 more",
                "memory.used             75.0 %  3.0 GiB",
            ])
    }

    @Test(arguments: 1..<12) func noFrameScrolls(height: Int) {
        #expect(frame(rows(), height: height, width: 60, log: "log: x").count < height)
    }

    @Test func whatIsNotUpdatedExpires() {
        var rows = rows()
        rows.update("memory.used", .share(Share(used: 1 << 30, total: 4 << 30)), at: .seconds(5))
        rows.expire(at: .seconds(5))
        #expect(frame(rows, height: 30, width: 60).count == 3)
    }

    @Test func anAlarmEndsAtItsRow() {
        var rows = rows()
        rows.update("alarm.cpu.total", .alarm(limit: 0.9, isRaised: false), at: .seconds(2))
        #expect(!frame(rows, height: 30, width: 60).joined().contains("ALARM"))
    }

    @Test func numbers() {
        let texts = [(12.25, 1), (0, 2), (1.5, 3), (-0.75, 1), (.infinity, 1), (.nan, 1)].map(fixed)
        #expect(texts == ["12.2", "0.00", "1.500", "-0.8", "?", "?"])
        #expect("a".padded(toAtLeast: 3) == "a  ")
        #expect("abcd".padded(toAtLeast: 3, .left) == "abcd")
    }
}
