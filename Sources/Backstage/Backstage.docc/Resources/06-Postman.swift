import Backstage

struct Postman: Actor {
    enum Message {
        case deliver(Letter)
    }

    func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .deliver(let letter): print("delivered: \(letter.text)")
        }
    }
}
