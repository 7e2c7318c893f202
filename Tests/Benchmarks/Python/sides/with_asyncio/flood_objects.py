"""The same flood of dictionaries: a queue hands over any object as it is."""

from __future__ import annotations

import asyncio

from harness.clock import millions_a_second
from harness.objects import READINGS, SUM_OF_VALUES, Reading
from harness.work import CHUNK, Tally, chunks_of, timed_await

CAPACITY = 1024


async def produce(queue: asyncio.Queue[Reading], chunks: int) -> None:
    for _ in range(chunks):
        for reading in READINGS:
            await queue.put(reading)


async def consume(queue: asyncio.Queue[Reading], tally: Tally) -> None:
    while tally.count < tally.limit:
        reading = await queue.get()
        tally.count += 1
        tally.sum += reading["value"]


async def pour(count: int) -> None:
    chunks = chunks_of(count)
    queue: asyncio.Queue[Reading] = asyncio.Queue(CAPACITY)
    tally = Tally()
    tally.reset(chunks * CHUNK)
    await asyncio.gather(produce(queue, chunks), consume(queue, tally))
    tally.check(chunks * CHUNK, chunks * SUM_OF_VALUES)


def run(count: int) -> list[float]:
    return [millions_a_second(count, asyncio.run(timed_await(pour, count)))]
