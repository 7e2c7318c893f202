"""A thread asks a task of a loop on another thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from harness.clock import check_equal, microseconds_each
from harness.work import PAYLOAD, timed


async def answer(payload: bytes) -> bytes:
    return payload


@contextmanager
def loop_on_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def run(count: int) -> list[float]:
    with loop_on_a_thread() as loop:

        def asks(number: int) -> None:
            total = 0
            for _ in range(number):
                total += asyncio.run_coroutine_threadsafe(answer(PAYLOAD), loop).result()[0]
            check_equal(total, number * PAYLOAD[0], "the sum of the answers")

        return [microseconds_each(count, timed(asks, count))]
