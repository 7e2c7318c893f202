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
        case close
        case postmanLeft
    }

    static var options: ActorOptions {
        ActorOptions(supervision: Supervision(.oneForOne, restarts: 5, within: .seconds(60)))
    }

    var letters: [Letter] = []
    var postman: ActorRef<Postman.Message>?
    var rounds: Timer?
    var isClosing = false

    mutating func started(_ context: Context<Message>) throws {
        let postman = try context.spawnChild("postman") { Postman() }
        try context.monitor(postman) { _ in .postmanLeft }
        self.postman = postman
        rounds = try context.every(.milliseconds(100), send: .round)
    }

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .accept(let letter): letters.append(letter)
        case .waiting(let reply): try reply.send(letters.count)
        case .round: try makeRound(context)
        case .close: isClosing = true
        case .postmanLeft: context.engine.stop()
        }
    }

    private mutating func makeRound(_ context: Context<Message>) throws {
        if !letters.isEmpty {
            try postman?.send(.deliver(letters.removeFirst()))
        } else if isClosing, let rounds {
            context.cancel(rounds)
            try postman?.poison()
        }
    }
}
