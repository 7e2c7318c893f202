// To a thousand: a publisher awaits a call of each of its subscribers.

import Harness

actor Publisher {
    private let subscribers: [Consumer]

    init(to subscribers: [Consumer]) { self.subscribers = subscribers }

    func publish(_ count: UInt64) async {
        for number in 0..<count {
            let reading = Reading(number)
            for subscriber in subscribers { await subscriber.take(reading) }
        }
    }
}

func publish(_ count: UInt64) async -> [Double] {
    let subscribers = (0..<1000).map { _ in Consumer() }
    let publisher = Publisher(to: subscribers)
    let publications = count / 1000
    let each = await timed(publications) { await publisher.publish($0) }
    for subscriber in subscribers {
        await subscriber.tally.checkPairs(below: [warmUp(publications), publications])
    }
    return [each * 1000]
}
