import Glibc

/// Standard output, if it is a terminal on which a table can be redrawn in place.
public struct Terminal {
    static let bold = "\u{1B}[1m"
    static let red = "\u{1B}[1;31m"
    static let plain = "\u{1B}[0m"

    private var lines: Int?  // drawn, above the cursor; nil: nothing yet
    private var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)

    /// nil if it is none.
    public init?() {
        guard isatty(STDOUT_FILENO) == 1, let name = getenv("TERM"), name.pointee != 0,
            strcmp(name, "dumb") != 0
        else { return nil }
    }

    /// Draws a table over the last one.
    public mutating func draw(title: String, rows: Rows, log: String?) {
        let isResized = lookAtSize()
        let start =
            switch lines {
            case nil: "\u{1B}[?25l"  // hides the cursor
            case _? where isResized: "\u{1B}[2J\u{1B}[H"  // clears the screen
            case let lines?: lines > 0 ? "\u{1B}[\(lines)A" : ""  // goes up
            }
        let frame = Table.frame(
            title: title, rows: rows, log: log, height: Int(size.ws_row), width: Int(size.ws_col))
        let text = frame.map { $0 + "\u{1B}[K\n" }.joined()  // each clears the rest of its line
        print(start + text + "\u{1B}[J", terminator: "")  // and below
        fflush(nil)
        lines = frame.count
    }

    /// Leaves the table as it stands, and shows the cursor again.
    public mutating func close() {
        guard lines != nil else { return }
        print("\u{1B}[?25h")
        fflush(nil)
        lines = nil
    }

    /// Whether it has changed.
    private mutating func lookAtSize() -> Bool {
        var now = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &now) == 0, now.ws_row > 0, now.ws_col > 0 else {
            return false
        }
        defer { size = now }
        return now.ws_row != size.ws_row || now.ws_col != size.ws_col
    }
}
