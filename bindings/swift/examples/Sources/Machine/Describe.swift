import Glibc

extension Reading {
    /// Puts it into words.
    public var text: String {
        switch self {
        case .share(let share): share.text
        case .traffic(let traffic): "in \(rate(traffic.received))  out \(rate(traffic.sent))"
        case .count(let count): count.text
        case .busiest(let busiest): "\(percent(busiest.fraction))  \(busiest.pid) \(busiest.name)"
        case .unavailable(0): "nothing of use there"
        case .unavailable(let error): String(cString: strerror(error))
        case .alarm(let limit, true): "ALARM: at or above \(wholePercent(limit))"
        case .alarm(let limit, false): "over: well below \(wholePercent(limit)) again"
        case .failed(let what): "\(what); it starts again"
        }
    }

    /// What to draw a bar of, if of anything.
    var fraction: Double? {
        switch self {
        case .share(let share): share.fraction
        case .busiest(let busiest): busiest.fraction
        default: nil
        }
    }
}

extension Share {
    fileprivate var text: String {
        guard let bytes else { return percent(fraction) }
        return "\(percent(fraction))  \(size(Double(bytes.used))) of \(size(Double(bytes.total)))"
    }
}

extension ProcessCount {
    fileprivate var text: String {
        let load = loadAverage.map { fixed($0, 2) } ?? "unknown"
        return "\(total): \(running) running, \(blocked) blocked, \(zombies) zombies; load \(load)"
    }
}

private func percent(_ fraction: Double) -> String {
    fixed(fraction * 100, 1).padded(toAtLeast: 5, .left) + " %"
}

private func wholePercent(_ fraction: Double) -> String {
    "\(Int((fraction * 100).rounded())) %"
}

private func rate(_ bytesPerSecond: Double) -> String {
    size(bytesPerSecond).padded(toAtLeast: 10, .left) + "/s"
}

private func size(_ bytes: Double) -> String {
    var bytes = bytes
    var units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"][...]
    while bytes >= 1024, units.count > 1 {
        bytes /= 1024
        units.removeFirst()
    }
    return units.count == 6 ? "\(Int(bytes.rounded())) B" : "\(fixed(bytes, 1)) \(units.first!)"
}
