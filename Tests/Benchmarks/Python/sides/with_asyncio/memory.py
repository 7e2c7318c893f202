"""Tasks that each have had a message, and wait for another."""

from __future__ import annotations

import asyncio

from harness.memory import bytes_each
from harness.work import PAYLOAD, Tally

Queue = asyncio.Queue[bytes]


async def wait(queue: Queue, tally: Tally) -> None:
    while True:
        payload = await queue.get()
        tally.count += 1
        tally.sum += payload[0]


async def settle(count: int) -> float:
    tally = Tally()
    kept: list[tuple[Queue, asyncio.Task[None]]] = []

    async def make(number: int) -> None:
        for _ in range(number):
            queue: Queue = asyncio.Queue()
            kept.append((queue, asyncio.create_task(wait(queue, tally))))
            queue.put_nowait(PAYLOAD)
        while tally.count < len(kept):
            await asyncio.sleep(0)

    await make(1)
    with bytes_each(count) as measured:
        await make(count)
    tally.check(count + 1, (count + 1) * PAYLOAD[0])
    for _, task in kept:
        task.cancel()
    return measured.bytes_each


def run(count: int) -> list[float]:
    return [asyncio.run(settle(count))]
