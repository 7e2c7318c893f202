"""A task that puts into a bounded queue, and one that gets."""

from __future__ import annotations

import asyncio

from harness.clock import millions_a_second
from harness.work import CHUNK, PAYLOADS, Tally, chunks_of, sum_of_first_bytes, timed_await

CAPACITY = 1024


async def produce(queue: asyncio.Queue[bytes], chunks: int) -> None:
    for _ in range(chunks):
        for payload in PAYLOADS:
            await queue.put(payload)


async def consume(queue: asyncio.Queue[bytes], tally: Tally) -> None:
    while tally.count < tally.limit:
        payload = await queue.get()
        tally.count += 1
        tally.sum += payload[0]


async def pour(count: int) -> None:
    chunks = chunks_of(count)
    queue: asyncio.Queue[bytes] = asyncio.Queue(CAPACITY)
    tally = Tally()
    tally.reset(chunks * CHUNK)
    await asyncio.gather(produce(queue, chunks), consume(queue, tally))
    tally.check(chunks * CHUNK, sum_of_first_bytes(chunks))


def run(count: int) -> list[float]:
    return [millions_a_second(count, asyncio.run(timed_await(pour, count)))]
