"""The program asks an actor, and runs the engine meanwhile."""

from __future__ import annotations

from backstage import Actor, Context, Engine, Message

from harness.clock import check_equal, microseconds_each
from harness.work import PAYLOAD, timed

from .ledger import check_ledger


class Answerer(Actor):
    def receive(self, context: Context, message: Message) -> object:
        return message.payload


def run(count: int) -> list[float]:
    with Engine() as engine:
        answerer = engine.spawn(Answerer)

        def asks(number: int) -> None:
            total = 0
            for _ in range(number):
                total += answerer.ask(PAYLOAD)[0]
            check_equal(total, number * PAYLOAD[0], "the sum of the answers")

        took = timed(asks, count)
        check_ledger(engine)
    return [microseconds_each(count, took)]
