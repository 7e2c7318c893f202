"""The main thread asks an actor of an engine on another thread."""

from __future__ import annotations

from backstage import Engine

from harness.clock import check_equal, microseconds_each
from harness.work import PAYLOAD, timed

from .ask import Answerer
from .ledger import check_ledger


def run(count: int) -> list[float]:
    with Engine() as engine:
        answerer = engine.spawn(Answerer)
        engine.start()

        def asks(number: int) -> None:
            total = 0
            for _ in range(number):
                total += answerer.ask(PAYLOAD)[0]
            check_equal(total, number * PAYLOAD[0], "the sum of the answers")

        took = timed(asks, count)
        engine.stop()
        engine.join()
        check_ledger(engine)
    return [microseconds_each(count, took)]
