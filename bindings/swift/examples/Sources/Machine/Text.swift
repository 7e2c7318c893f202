/// A number with so many digits behind the point, one at least.
public func fixed(_ number: Double, _ places: Int) -> String {
    let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
    let scaled = (number * Double(scale)).rounded(.toNearestOrEven)
    guard scaled.magnitude < 1e15 else { return "?" }
    let (whole, rest) = Int(scaled.magnitude).quotientAndRemainder(dividingBy: scale)
    return "\(scaled < 0 ? "-" : "")\(whole)." + "\(rest)".padded(toAtLeast: places, with: "0", .left)
}

extension String {
    public enum Edge: Sendable {
        case left
        case right
    }

    /// Filled up to a width, on one side; longer strings stay as they are.
    public func padded(toAtLeast width: Int, with filler: Character = " ", _ edge: Edge = .right) -> String {
        let padding = String(repeating: filler, count: max(0, width - count))
        return edge == .left ? padding + self : self + padding
    }
}

/// Text with '?' for what a terminal should not see.
func printable(_ text: Substring) -> String {
    String(text.unicodeScalars.map { (" "..."~").contains($0) ? Character($0) : "?" })
}
