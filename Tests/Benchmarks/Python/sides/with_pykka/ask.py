"""The main thread asks an actor."""

from __future__ import annotations

from pykka import ThreadingActor

from harness.clock import check_equal, microseconds_each
from harness.work import PAYLOAD, timed


class Answerer(ThreadingActor):
    def on_receive(self, message: bytes) -> bytes:
        return message


def run(count: int) -> list[float]:
    answerer = Answerer.start()

    def asks(number: int) -> None:
        total = 0
        for _ in range(number):
            total += answerer.ask(PAYLOAD, block=True)[0]
        check_equal(total, number * PAYLOAD[0], "the sum of the answers")

    took = timed(asks, count)
    answerer.stop()
    return [microseconds_each(count, took)]
