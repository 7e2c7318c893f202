"""Two tasks and two queues."""

from __future__ import annotations

import asyncio

from harness.clock import millions_a_second
from harness.work import PAYLOAD, Tally, check_all, reset_all, timed_await

Balls = asyncio.Queue[bytes]


async def player(mine: Balls, theirs: Balls, tally: Tally, done: asyncio.Event) -> None:
    while True:
        ball = await mine.get()
        tally.count += 1
        tally.sum += ball[0]
        if tally.count < tally.limit:
            theirs.put_nowait(ball)
        else:
            done.set()


async def play(count: int) -> float:
    tallies = [Tally(), Tally()]
    left: Balls = asyncio.Queue()
    right: Balls = asyncio.Queue()
    done = asyncio.Event()

    async def rally(balls: int) -> None:
        reset_all(tallies, balls // 2)
        done.clear()
        left.put_nowait(PAYLOAD)
        await done.wait()
        check_all(tallies, balls // 2)

    players = [
        asyncio.create_task(player(left, right, tallies[0], done)),
        asyncio.create_task(player(right, left, tallies[1], done)),
    ]
    took = await timed_await(rally, count)
    for each in players:
        each.cancel()
    return took


def run(count: int) -> list[float]:
    return [millions_a_second(count, asyncio.run(play(count)))]
