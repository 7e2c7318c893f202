"""A producer that sends a chunk of messages whenever its consumer asks for more."""

from __future__ import annotations

from collections.abc import Sequence

from backstage import Actor, Context, Engine, Message, Ref

from harness.clock import millions_a_second
from harness.work import CHUNK, PAYLOADS, Tally, chunks_of, sum_of_first_bytes, timed

from .ledger import check_ledger


class Consumer(Actor):
    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def receive(self, context: Context, message: Message) -> None:
        tally = self.tally
        tally.count += 1
        tally.sum += message.payload[0]
        if tally.count % CHUNK == 0 and (producer := message.sender):
            producer.tell(b"more")


class Producer(Actor):
    def __init__(self, consumer: Ref, payloads: Sequence[object], tally: Tally) -> None:
        self.consumer = consumer
        self.payloads = payloads
        self.tally = tally

    def receive(self, context: Context, message: Message) -> None:
        if self.tally.count < self.tally.limit:
            for payload in self.payloads:
                self.consumer.tell(payload)


def flood(
    consumer: type[Actor],
    producer: type[Producer],
    payloads: Sequence[object],
    total: int,
    count: int,
) -> float:
    """Millions of messages a second; `total` is the sum of a chunk."""
    tally = Tally()
    with Engine() as engine:
        source = engine.spawn(producer, engine.spawn(consumer, tally), payloads, tally)

        def pour(messages: int) -> None:
            chunks = chunks_of(messages)
            tally.reset(chunks * CHUNK)
            source.tell(b"more")
            engine.run_until_idle()
            tally.check(chunks * CHUNK, chunks * total)

        took = timed(pour, count)
        check_ledger(engine)
    return millions_a_second(count, took)


def run(count: int) -> list[float]:
    return [flood(Consumer, Producer, PAYLOADS, sum_of_first_bytes(1), count)]
