"""A ring of tasks, each with a queue, and one token that goes round."""

from __future__ import annotations

import asyncio

from harness.clock import millions_a_second
from harness.work import PAYLOAD, Tally, check_all, reset_all, timed_await

Tokens = asyncio.Queue[bytes]


async def member(mine: Tokens, following: Tokens, tally: Tally, done: asyncio.Event) -> None:
    while True:
        token = await mine.get()
        tally.count += 1
        tally.sum += token[0]
        if tally.count < tally.limit:
            following.put_nowait(token)
        else:
            done.set()


async def go_round(count: int, size: int) -> float:
    tallies = [Tally() for _ in range(size)]
    queues: list[Tokens] = [asyncio.Queue() for _ in range(size)]
    done = asyncio.Event()

    async def rounds(number: int) -> None:
        reset_all(tallies, number)
        done.clear()
        queues[0].put_nowait(PAYLOAD)
        await done.wait()
        check_all(tallies, number)

    members = [
        asyncio.create_task(member(queues[i], queues[(i + 1) % size], tallies[i], done))
        for i in range(size)
    ]
    took = await timed_await(rounds, count)
    for each in members:
        each.cancel()
    return took


def run(count: int, size: int) -> list[float]:
    return [millions_a_second(count * size, asyncio.run(go_round(count, size)))]
