"""The same flood, where the producer hands over each chunk at once."""

from __future__ import annotations

from backstage import Context, Message

from harness.work import PAYLOADS, sum_of_first_bytes

from .flood import Consumer, Producer, flood


class ChunkProducer(Producer):
    def receive(self, context: Context, message: Message) -> None:
        if self.tally.count < self.tally.limit:
            self.consumer.tell_many(self.payloads)


def run(count: int) -> list[float]:
    return [flood(Consumer, ChunkProducer, PAYLOADS, sum_of_first_bytes(1), count)]
