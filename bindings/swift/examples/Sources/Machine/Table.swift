/// The table as it is drawn, one frame over the other. ASCII only.
public struct Table {
    private static let topicWidth = 22
    private static let textWidth = 32
    private static let barWidths = 4...30

    private let height: Int
    private let width: Int
    private var lines: [String] = []

    public static func frame(
        title: String, rows: Rows, log: String?, height: Int, width: Int
    ) -> [String] {
        var table = Table(height: height, width: width)
        table.drawAll(title, rows.groups.filter { !$0.isEmpty }, log)
        return table.lines
    }

    private init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// When not all has room, the blank lines go first, then rows of the largest groups.
    private mutating func drawAll(_ title: String, _ groups: [[Rows.Row]], _ log: String?) {
        let room = height - 1
        func lines(withMost most: Int) -> Int {
            groups.reduce(log == nil ? 1 : 2) { $0 + min($1.count, most) }
        }
        var most = max(room, 2)
        while most > 2, lines(withMost: most) > room { most -= 1 }
        let isSpaced = lines(withMost: most) + groups.count + 1 <= room
        draw(title, style: Terminal.bold)
        for group in groups {
            if isSpaced { draw("") }
            draw(group, most: most)
        }
        if let log {
            if isSpaced { draw("") }
            draw(log)
        }
    }

    /// A group gets as many lines as it has rows, or `most`: then the last one tells of the rest.
    private mutating func draw(_ group: [Rows.Row], most: Int) {
        let shown = group.count <= most ? group.count : most - 1
        for row in group[..<shown] { draw(row) }
        if shown < group.count { draw("... and \(group.count - shown) more") }
    }

    private mutating func draw(_ row: Rows.Row) {
        let topic = row.topic.padded(toAtLeast: Self.topicWidth)
        let text = "\(topic) \(bar(row.reading.fraction))\(row.reading.text)"
        if row.hasAlarm { draw(text + "  ALARM", style: Terminal.red) } else { draw(text) }
    }

    private func bar(_ fraction: Double?) -> String {
        let room = min(width - Self.topicWidth - Self.textWidth - 4, Self.barWidths.upperBound)
        guard let fraction, Self.barWidths.contains(room) else { return "" }
        let filled = Int((min(fraction, 1) * Double(room)).rounded())
        return "[" + String(repeating: "#", count: filled).padded(toAtLeast: room) + "] "
    }

    /// Clipped to the width; nothing beyond the height, as the table must not scroll.
    private mutating func draw(_ text: String, style: String = "") {
        guard lines.count + 1 < height else { return }
        lines.append(style + text.prefix(width - 1) + (style.isEmpty ? "" : Terminal.plain))
    }
}
