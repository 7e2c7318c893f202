"""The same flood of dictionaries: Pykka hands over any object as it is."""

from __future__ import annotations

from typing import Any

from harness.objects import READINGS, SUM_OF_VALUES
from harness.work import CHUNK

from .flood import Consumer, flood


class ReadingConsumer(Consumer):
    def on_receive(self, message: dict[str, Any]) -> None:
        tally = self.tally
        tally.count += 1
        tally.sum += message["value"]
        if tally.count % CHUNK == 0:
            self.producer.tell("more")


def run(count: int) -> list[float]:
    return [flood(ReadingConsumer, READINGS, SUM_OF_VALUES, count)]
