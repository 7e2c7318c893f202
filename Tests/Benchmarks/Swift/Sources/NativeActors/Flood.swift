// One way: a producer awaits a call of its consumer for each message.

import Harness

actor Consumer {
    private(set) var tally = Tally()
    private(set) var bytes: UInt64 = 0

    func take(_ reading: Reading) { tally.add(first: reading.first, last: reading.last) }

    func take(_ parcel: Parcel) { tally.add(first: parcel.number, last: parcel.contents.number) }

    func take(_ line: Line) {
        tally.add(first: line.number, last: line.number)
        bytes += UInt64(line.text.utf8.count)
    }
}

actor Producer {
    func pour(_ count: UInt64, into consumer: Consumer) async {
        for number in 0..<count { await consumer.take(Reading(number)) }
    }

    func pourParcels(_ count: UInt64, into consumer: Consumer) async {
        for number in 0..<count { await consumer.take(Parcel(number, Contents.make(number))) }
    }

    func pourLines(_ count: UInt64, into consumer: Consumer) async {
        let texts = Line.texts
        for number in 0..<count { await consumer.take(Line(number, texts[Int(number % 64)])) }
    }
}

func flood(_ count: UInt64) async -> [Double] {
    let (producer, consumer) = (Producer(), Consumer())
    let figure = await timed(count) { await producer.pour($0, into: consumer) }
    await consumer.tally.checkPairs(below: [warmUp(count), count])
    return [figure]
}

func floodOfParcels(_ count: UInt64) async -> [Double] {
    let (producer, consumer) = (Producer(), Consumer())
    let figure = await timed(count) { await producer.pourParcels($0, into: consumer) }
    await consumer.tally.checkPairs(below: [warmUp(count), count])
    check(Contents.alive == 0, "\(Contents.alive) objects are left")
    return [figure]
}

func floodOfLines(_ count: UInt64) async -> [Double] {
    let (producer, consumer) = (Producer(), Consumer())
    let figure = await timed(count) { await producer.pourLines($0, into: consumer) }
    await consumer.tally.checkPairs(below: [warmUp(count), count])
    check(await consumer.bytes == (warmUp(count) + count) * Line.bytesOfText, "bytes")
    return [figure]
}

// The same with both on one executor.

actor PinnedConsumer {
    private(set) var tally = Tally()

    nonisolated var unownedExecutor: UnownedSerialExecutor { OneThread.shared.asUnownedSerialExecutor() }

    func take(_ reading: Reading) { tally.add(first: reading.first, last: reading.last) }
}

actor PinnedProducer {
    nonisolated var unownedExecutor: UnownedSerialExecutor { OneThread.shared.asUnownedSerialExecutor() }

    func pour(_ count: UInt64, into consumer: PinnedConsumer) async {
        for number in 0..<count { await consumer.take(Reading(number)) }
    }
}

func floodPinned(_ count: UInt64) async -> [Double] {
    let (producer, consumer) = (PinnedProducer(), PinnedConsumer())
    let figure = await timed(count) { await producer.pour($0, into: consumer) }
    await consumer.tally.checkPairs(below: [warmUp(count), count])
    return [figure]
}
