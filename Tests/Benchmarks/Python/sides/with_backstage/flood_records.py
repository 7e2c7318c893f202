"""The same flood, where chunks are packed records, and taken as tuples of numbers."""

from __future__ import annotations

from backstage import Actor, Batch, Context, Message

from harness.work import CHUNK, PAYLOADS, RECORD, RECORD_BYTES, Tally

from .flood import Producer, flood

RECORDS = b"".join(PAYLOADS)
SUM_OF_NUMBERS = sum(range(CHUNK))


class RecordConsumer(Actor):
    budget = 255  # as many at a time as there can be

    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def receive_batch(self, context: Context, messages: Batch) -> None:
        tally = self.tally
        tally.count += len(messages)
        tally.sum += sum(number for number, _ in messages.unpack(RECORD))
        if tally.count % CHUNK == 0 and (producer := messages[-1].sender):
            producer.tell(b"more")


class RecordProducer(Producer):
    def receive(self, context: Context, message: Message) -> None:
        if self.tally.count < self.tally.limit:
            self.consumer.tell_many(RECORDS, size=RECORD_BYTES)


def run(count: int) -> list[float]:
    return [flood(RecordConsumer, RecordProducer, PAYLOADS, SUM_OF_NUMBERS, count)]
