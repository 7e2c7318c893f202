import Backstage

struct NoSuchAddress: Error {
    let name: String
}

struct Postman: Actor {
    enum Message {
        case deliver(Letter)
    }

    static let delivered = Topic<Letter>("delivered", of: "postman")

    let addresses: Set = ["Ada", "Grace"]

    func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .deliver(let letter):
            guard addresses.contains(letter.to) else { throw NoSuchAddress(name: letter.to) }
            try context.publish(letter, on: Self.delivered)
        }
    }
}
