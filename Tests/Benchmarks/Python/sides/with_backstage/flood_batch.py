"""The same flood, where chunks are handed over at once, and taken in batches."""

from __future__ import annotations

from backstage import Actor, Batch, Context

from harness.work import CHUNK, PAYLOADS, Tally, sum_of_first_bytes

from .flood import flood
from .flood_many import ChunkProducer


class BatchConsumer(Actor):
    budget = 255  # as many at a time as there can be

    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def receive_batch(self, context: Context, messages: Batch) -> None:
        tally = self.tally
        tally.count += len(messages)
        tally.sum += sum(payload[0] for payload in messages.payloads)
        if tally.count % CHUNK == 0 and (producer := messages[-1].sender):
            producer.tell(b"more")


def run(count: int) -> list[float]:
    return [flood(BatchConsumer, ChunkProducer, PAYLOADS, sum_of_first_bytes(1), count)]
