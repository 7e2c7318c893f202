// Messages in order that their sender does not wait for: an `AsyncStream` as each actor's mailbox.

import Harness

actor StreamPlayer {
    nonisolated let mailbox: AsyncStream<Ball>.Continuation
    private let balls: AsyncStream<Ball>
    private(set) var score = Score()

    init() { (balls, mailbox) = AsyncStream.makeStream() }

    /// Until a match is over.
    func run(with other: AsyncStream<Ball>.Continuation, _ finish: Finish) async {
        for await ball in balls {
            var ball = ball
            if score.play(&ball) {
                other.yield(ball)
            } else {
                await finish.reach()
            }
        }
    }
}

func pingPongStreams(_ count: UInt64) async -> [Double] {
    let finish = Finish()
    let (one, other) = (StreamPlayer(), StreamPlayer())
    let tasks = [
        Task { await one.run(with: other.mailbox, finish) },
        Task { await other.run(with: one.mailbox, finish) },
    ]
    let figure = await timed(count) {
        one.mailbox.yield(Ball(bounces: 0, limit: $0))
        await finish.wait()
    }
    one.mailbox.finish()
    other.mailbox.finish()
    for task in tasks { await task.value }
    checkMatch(await one.score, await other.score, limits: [warmUp(count), count])
    return [figure]
}

actor StreamConsumer {
    nonisolated let mailbox: AsyncStream<Reading>.Continuation
    private let readings: AsyncStream<Reading>
    private(set) var tally = Tally()

    init() { (readings, mailbox) = AsyncStream.makeStream() }

    func run(asking producer: StreamProducer) async {
        var taken: UInt64 = 0
        for await reading in readings {
            tally.add(first: reading.first, last: reading.last)
            taken += 1
            if taken % burst == 0 { producer.mailbox.yield() }
        }
    }
}

/// Sends a burst, and the next one when the consumer asks for more. A round is a whole number of them.
actor StreamProducer {
    nonisolated let mailbox: AsyncStream<Void>.Continuation
    private let wishes: AsyncStream<Void>
    private var sent: UInt64 = 0
    private var limit: UInt64 = 0

    init() { (wishes, mailbox) = AsyncStream.makeStream() }

    func start(_ limit: UInt64) {
        (sent, self.limit) = (0, limit)
        mailbox.yield()
    }

    func run(to consumer: AsyncStream<Reading>.Continuation, _ finish: Finish) async {
        for await _ in wishes {
            if sent == limit { await finish.reach() }
            for _ in 0..<min(burst, limit - sent) {
                consumer.yield(Reading(sent))
                sent += 1
            }
        }
    }
}

func floodStreams(_ count: UInt64) async -> [Double] {
    let finish = Finish()
    let (producer, consumer) = (StreamProducer(), StreamConsumer())
    let tasks = [
        Task { await producer.run(to: consumer.mailbox, finish) },
        Task { await consumer.run(asking: producer) },
    ]
    let figure = await timed(count) {
        await producer.start(wholeBursts($0))
        await finish.wait()
    }
    producer.mailbox.finish()
    consumer.mailbox.finish()
    for task in tasks { await task.value }
    await consumer.tally.checkPairs(below: [wholeBursts(warmUp(count)), wholeBursts(count)])
    return [figure]
}
