"""One actor asks another."""

from __future__ import annotations

from pykka import ActorRef, ThreadingActor

from harness.clock import check_equal, microseconds_each
from harness.work import PAYLOAD, timed

from .ask import Answerer


class Asker(ThreadingActor):
    def __init__(self, answerer: ActorRef[Answerer]) -> None:
        super().__init__()
        self.answerer = answerer

    def on_receive(self, message: int) -> int:
        total: int = 0
        for _ in range(message):
            total += self.answerer.ask(PAYLOAD, block=True)[0]
        return total


def run(count: int) -> list[float]:
    answerer = Answerer.start()
    asker = Asker.start(answerer)

    def asks(number: int) -> None:
        check_equal(asker.ask(number), number * PAYLOAD[0], "the sum of the answers")

    took = timed(asks, count)
    asker.stop()
    answerer.stop()
    return [microseconds_each(count, took)]
