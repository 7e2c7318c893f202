"""The same flood of dictionaries: by reference, or as JSON. Peers hand over the object itself."""

from __future__ import annotations

from backstage import Context, Message, codecs

from harness.objects import READINGS, SUM_OF_VALUES
from harness.work import CHUNK

from .flood import Consumer, Producer, flood


class ReadingConsumer(Consumer):
    def receive(self, context: Context, message: Message) -> None:
        tally = self.tally
        tally.count += 1
        tally.sum += message.payload["value"]
        if tally.count % CHUNK == 0 and (producer := message.sender):
            producer.tell(b"more")


class ByReference(ReadingConsumer):
    codec = codecs.Reference


class AsJSON(ReadingConsumer):
    codec = codecs.JSON


CONSUMERS: dict[str, type[Consumer]] = {"Reference": ByReference, "JSON": AsJSON}


def run(count: int, codec: str) -> list[float]:
    return [flood(CONSUMERS[codec], Producer, READINGS, SUM_OF_VALUES, count)]
