"""One task puts into the queue of each subscriber; the last one of them says when it has it."""

from __future__ import annotations

import asyncio

from harness.clock import millions_a_second
from harness.work import PAYLOAD, Tally, check_all, reset_all, timed_await

Queue = asyncio.Queue[bytes]


async def subscriber(mine: Queue, publisher: Queue | None, tally: Tally) -> None:
    while True:
        payload = await mine.get()
        tally.count += 1
        tally.sum += payload[0]
        if publisher is not None:
            publisher.put_nowait(b"more")


async def publish(count: int, size: int) -> float:
    tallies = [Tally() for _ in range(size)]
    queues: list[Queue] = [asyncio.Queue() for _ in range(size)]
    words: Queue = asyncio.Queue()

    async def publications(number: int) -> None:
        reset_all(tallies)
        for _ in range(number):
            for queue in queues:
                queue.put_nowait(PAYLOAD)
            await words.get()
        check_all(tallies, number)

    last = size - 1
    subscribers = [
        asyncio.create_task(subscriber(queues[i], words if i == last else None, tallies[i]))
        for i in range(size)
    ]
    took = await timed_await(publications, count)
    for each in subscribers:
        each.cancel()
    return took


def run(count: int, size: int) -> list[float]:
    return [millions_a_second(count * size, asyncio.run(publish(count, size)))]
