import Backstage

struct Book: Actor {
    enum Message {
        case delivered(Letter)
    }

    var count = 0

    func started(_ context: Context<Message>) throws {
        try context.subscribe(to: Postman.delivered) { .delivered($0) }
    }

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .delivered(let letter):
            count += 1
            print("\(count). to \(letter.to): \(letter.text)")
        }
    }
}
