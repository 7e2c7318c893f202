import Backstage

struct Letter: Sendable, Equatable {
    let to: String
    let text: String
}

struct Desk: Actor {
    enum Message {
        case accept(Letter)
    }

    var letters: [Letter] = []

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .accept(let letter):
            letters.append(letter)
            print("accepted: \(letter.text)")
        }
    }
}
