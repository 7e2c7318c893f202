// Ask, be answered, ask again: a call with a result. A figure counts round trips.

import Harness

actor Answerer {
    private(set) var answers: UInt64 = 0

    func answer(_ question: Question) -> Question {
        answers += 1
        return question.answered()
    }
}

actor Asker {
    private(set) var asked = Asked()

    func ask(_ answerer: Answerer, _ count: UInt64) async {
        asked.limit += count
        while asked.wantsMore { asked.learn(await answerer.answer(asked.next())) }
    }
}

func request(_ count: UInt64) async -> [Double] {
    let (asker, answerer) = (Asker(), Answerer())
    let figure = await timed(count) { await asker.ask(answerer, $0) }
    await asker.asked.checkAll()
    check(await answerer.answers == warmUp(count) + count, "answers")
    return [figure]
}
