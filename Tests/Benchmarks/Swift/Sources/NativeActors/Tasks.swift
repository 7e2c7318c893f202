// Messages that their sender does not wait for, by a task for each: the only send that actors have.

import Harness

/// Lets a round's end be awaited.
actor Finish {
    private var isOver = false
    private var waiter: CheckedContinuation<Void, Never>?

    func reach() {
        if let waiter {
            self.waiter = nil
            waiter.resume()
        } else {
            isOver = true
        }
    }

    func wait() async {
        if !isOver { await withCheckedContinuation { waiter = $0 } }
        isOver = false
    }
}

actor TaskPlayer {
    private(set) var score = Score()
    private var other: TaskPlayer?
    private let finish: Finish

    init(_ finish: Finish) { self.finish = finish }

    func meet(_ other: TaskPlayer) { self.other = other }

    func play(_ ball: Ball) {
        var ball = ball
        if score.play(&ball), let other {
            Task { [ball] in await other.play(ball) }
        } else {
            Task { [finish] in await finish.reach() }
        }
    }
}

func pingPongTasks(_ count: UInt64) async -> [Double] {
    let finish = Finish()
    let (one, other) = (TaskPlayer(finish), TaskPlayer(finish))
    await one.meet(other)
    await other.meet(one)
    let figure = await timed(count) {
        await one.play(Ball(bounces: 0, limit: $0))
        await finish.wait()
    }
    checkMatch(await one.score, await other.score, limits: [warmUp(count), count])
    return [figure]
}

/// Sends a burst, and the next one when the consumer asks for more.
actor TaskProducer {
    private var sent: UInt64 = 0
    private var limit: UInt64 = 0

    func start(_ limit: UInt64, to consumer: TaskConsumer) {
        (sent, self.limit) = (0, limit)
        more(to: consumer)
    }

    func more(to consumer: TaskConsumer) {
        let end = min(sent + burst, limit)
        while sent < end {
            Task { [reading = Reading(sent)] in await consumer.take(reading) }
            sent += 1
        }
    }
}

actor TaskConsumer {
    private(set) var tally = Tally()
    private var limit: UInt64 = 0
    private var taken: UInt64 = 0
    private let producer: TaskProducer
    private let finish: Finish

    init(_ producer: TaskProducer, _ finish: Finish) { (self.producer, self.finish) = (producer, finish) }

    func expect(_ limit: UInt64) { (taken, self.limit) = (0, limit) }

    func take(_ reading: Reading) {
        tally.add(first: reading.first, last: reading.last)
        taken += 1
        if taken == limit {
            Task { [finish] in await finish.reach() }
        } else if taken % burst == 0 {
            Task { [producer, self] in await producer.more(to: self) }
        }
    }
}

func floodTasks(_ count: UInt64) async -> [Double] {
    let finish = Finish()
    let producer = TaskProducer()
    let consumer = TaskConsumer(producer, finish)
    let figure = await timed(count) {
        await consumer.expect($0)
        await producer.start($0, to: consumer)
        await finish.wait()
    }
    await consumer.tally.checkPairs(below: [warmUp(count), count])
    return [figure]
}
