"""One task asks another: a queue of questions, each with a future for the answer."""

from __future__ import annotations

import asyncio

from harness.clock import check_equal, microseconds_each
from harness.work import PAYLOAD, timed_await

Questions = asyncio.Queue[tuple[bytes, "asyncio.Future[bytes]"]]


async def answer(questions: Questions) -> None:
    while True:
        payload, future = await questions.get()
        future.set_result(payload)


async def ask_often(count: int) -> float:
    questions: Questions = asyncio.Queue()
    loop = asyncio.get_running_loop()

    async def asks(number: int) -> None:
        total = 0
        for _ in range(number):
            future: asyncio.Future[bytes] = loop.create_future()
            questions.put_nowait((PAYLOAD, future))
            total += (await future)[0]
        check_equal(total, number * PAYLOAD[0], "the sum of the answers")

    answering = asyncio.create_task(answer(questions))
    took = await timed_await(asks, count)
    answering.cancel()
    return took


def run(count: int) -> list[float]:
    return [microseconds_each(count, asyncio.run(ask_often(count)))]
