import Backstage
import Glibc
import Machine

/// Shows all that is published: as a live table in a terminal, as a line each elsewhere.
struct Board: Actor {
    enum Message: Sendable {
        case reading(Reading)
        case draw
    }

    /// A machine of many CPUs publishes much at once.
    static let options = ActorOptions(capacity: 65536, budget: 255, restart: .temporary)

    private static let publishers = [CPUGauge.id, MemoryGauge.id, NetworkGauge.id, ProcessGauge.id, Alarm.id]
    private let log: Log
    private var rows: Rows
    private var terminal = Terminal()
    private var began = Duration.zero
    private var willDraw = false

    init(_ log: Log, shownFor: Duration) {
        self.log = log
        rows = Rows(shownFor: shownFor)
    }

    mutating func started(_ context: Context<Message>) throws {
        began = context.now
        for publisher in Self.publishers {
            try context.subscribe(to: .all(of: publisher)) { .reading($0) }
        }
    }

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .reading(let reading):
            show(reading, on: context.topic ?? "", at: context.now)
            if !willDraw { try context.ref.send(.draw) }  // once, after all that has come
            willDraw = true
        case .draw:
            draw(at: context.now)
            willDraw = false
        }
    }

    private mutating func show(_ reading: Reading, on topic: String, at now: Duration) {
        if terminal != nil { return rows.update(topic, reading, at: now) }
        let time = fixed((now - began).seconds, 3).padded(toAtLeast: 9, .left)
        print("\(time)  \(topic.padded(toAtLeast: 22)) \(reading.text)")
    }

    private mutating func draw(at now: Duration) {
        rows.expire(at: now)
        let title = "hostwatch  \(fixed((now - began).seconds, 1)) s, Ctrl-C ends it"
        terminal?.draw(title: title, rows: rows, log: log.latest.map { "log: \($0)" })
        fflush(nil)
    }

    mutating func ended(_ reason: EndReason, _ context: Context<Message>) {
        terminal?.close()
    }
}
