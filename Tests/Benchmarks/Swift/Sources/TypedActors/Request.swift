// Ask, be answered, ask again. A figure counts round trips.

import Backstage
import Harness

struct Answerer: Actor {
    enum Message: Sendable {
        case question(Question, ReplyTo<Question>)
    }

    let results: Results<UInt64>
    var answers: UInt64 = 0

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .question(let question, let reply):
            answers += 1
            try reply.send(question.answered())
        }
    }

    mutating func ended(_ reason: EndReason, _ context: Context<Message>) { results.values.append(answers) }
}

/// The answer comes as a message.
struct Asker: Actor {
    enum Message: Sendable {
        case ask(UInt64)
        case answered(Result<Question, BackstageError>)
    }

    let answerer: ActorRef<Answerer.Message>
    let results: Results<Asked>
    var asked = Asked()

    mutating func receive(_ message: Message, _ context: Context<Message>) throws {
        switch message {
        case .ask(let count): asked.limit += count
        case .answered(let answer): asked.learn(try answer.get())
        }
        if asked.wantsMore {
            let question = asked.next()
            try context.request(answerer, { .question(question, $0) }) { .answered($0) }
        }
    }

    mutating func ended(_ reason: EndReason, _ context: Context<Message>) { results.values.append(asked) }
}

/// The answer comes to a callback.
final class CallbackAsker: Actor {
    let answerer: ActorRef<Answerer.Message>
    let results: Results<Asked>
    var asked = Asked()

    init(_ answerer: ActorRef<Answerer.Message>, _ results: Results<Asked>) {
        self.answerer = answerer
        self.results = results
    }

    func receive(_ count: UInt64, _ context: Context<UInt64>) throws {
        asked.limit += count
        try ask(context)
    }

    private func ask(_ context: Context<UInt64>) throws {
        let question = asked.next()
        try context.request(
            answerer, { .question(question, $0) },
            perform: { [self] answer, context in
                asked.learn(try answer.get())
                if asked.wantsMore { try ask(context) }
            })
    }

    func ended(_ reason: EndReason, _ context: Context<UInt64>) { results.values.append(asked) }
}

func request(_ count: UInt64) throws -> [Double] {
    let engine = try Engine()
    let (asked, answers) = (Results<Asked>(), Results<UInt64>())
    let answerer = try engine.spawn { Answerer(results: answers) }
    let asker = try engine.spawn { Asker(answerer: answerer, results: asked) }
    let figure = try timed(count) {
        try asker.send(.ask($0))
        try engine.run(.untilIdle)
    }
    try close(engine)
    asked.values[0].checkAll()
    check(answers.values == [warmUp(count) + count], "answers: \(answers.values)")
    return [figure]
}

func requestByCallback(_ count: UInt64) throws -> [Double] {
    let engine = try Engine()
    let (asked, answers) = (Results<Asked>(), Results<UInt64>())
    let answerer = try engine.spawn { Answerer(results: answers) }
    let asker = try engine.spawn { CallbackAsker(answerer, asked) }
    let figure = try timed(count) {
        try asker.send($0)
        try engine.run(.untilIdle)
    }
    try close(engine)
    asked.values[0].checkAll()
    check(answers.values == [warmUp(count) + count], "answers: \(answers.values)")
    return [figure]
}
