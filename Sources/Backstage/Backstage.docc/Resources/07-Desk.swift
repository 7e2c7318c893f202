import Backstage

struct Letter: Sendable, Equatable {
    let to: String
    let text: String
}

struct Desk: Actor {
    enum Message {
        case accept(Letter)
        case waiting(ReplyTo<Int>)
        case round
    }

    var letters: [Letter] = []
    var postman: ActorRef<Postman.Message>?

    mutating func started(_ context: Context<Message>) throws {
        postman = try context.spawnChild("postman") { Postman() }
        try context.every(.milliseconds(100), send: .round)
    }

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .accept(let letter): letters.append(letter)
        case .waiting(let reply): try reply.send(letters.count)
        case .round:
            if !letters.isEmpty { try postman?.send(.deliver(letters.removeFirst())) }
        }
    }
}
