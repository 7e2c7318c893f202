"""A producer that sends a chunk of messages whenever its consumer asks for more."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from pykka import ActorRef, ThreadingActor

from harness.clock import millions_a_second
from harness.work import CHUNK, PAYLOADS, Tally, chunks_of, sum_of_first_bytes, timed


class Consumer(ThreadingActor):
    def __init__(self, producer: ActorRef[Producer], tally: Tally) -> None:
        super().__init__()
        self.producer = producer
        self.tally = tally

    def on_receive(self, message: Any) -> None:
        tally = self.tally
        tally.count += 1
        tally.sum += message[0]
        if tally.count % CHUNK == 0:
            self.producer.tell("more")


class Producer(ThreadingActor):
    consumer: ActorRef[Consumer]

    def __init__(
        self,
        consumer: type[Consumer],
        payloads: Sequence[object],
        tally: Tally,
        done: threading.Event,
    ) -> None:
        super().__init__()
        self.consumer_class = consumer
        self.payloads = payloads
        self.tally = tally
        self.done = done

    def on_start(self) -> None:
        self.consumer = self.consumer_class.start(self.actor_ref, self.tally)

    def on_stop(self) -> None:
        self.consumer.stop()

    def on_receive(self, message: object) -> None:
        if self.tally.count == self.tally.limit:
            self.done.set()
            return
        for payload in self.payloads:
            self.consumer.tell(payload)


def flood(consumer: type[Consumer], payloads: Sequence[object], total: int, count: int) -> float:
    """Millions of messages a second; `total` is the sum of a chunk."""
    tally = Tally()
    done = threading.Event()
    producer = Producer.start(consumer, payloads, tally, done)

    def pour(messages: int) -> None:
        chunks = chunks_of(messages)
        tally.reset(chunks * CHUNK)
        done.clear()
        producer.tell("more")
        done.wait()
        tally.check(chunks * CHUNK, chunks * total)

    took = timed(pour, count)
    producer.stop()
    return millions_a_second(count, took)


def run(count: int) -> list[float]:
    return [flood(Consumer, PAYLOADS, sum_of_first_bytes(1), count)]
