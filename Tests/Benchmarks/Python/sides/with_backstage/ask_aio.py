"""An asyncio program asks an actor: asyncio's loop and the engine on one thread."""

from __future__ import annotations

from backstage import Engine, aio

from harness.clock import check_equal, microseconds_each
from harness.work import PAYLOAD, timed_await

from .ask import Answerer
from .ledger import check_ledger


async def ask_often(engine: Engine, count: int) -> float:
    answerer = engine.spawn(Answerer)

    async def asks(number: int) -> None:
        total = 0
        for _ in range(number):
            total += (await answerer.ask(PAYLOAD))[0]
        check_equal(total, number * PAYLOAD[0], "the sum of the answers")

    took = await timed_await(asks, count)
    check_ledger(engine)
    return took


def run(count: int) -> list[float]:
    with Engine() as engine:
        took = aio.run(ask_often(engine, count), engine=engine)
    return [microseconds_each(count, took)]
