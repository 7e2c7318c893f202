"""Tasks that wait for a queue of their own, made and cancelled."""

from __future__ import annotations

import asyncio

from harness.clock import check_equal, warm_up
from harness.lives import Lives
from harness.work import Tally


async def idle(queue: asyncio.Queue[bytes], tally: Tally) -> None:
    tally.count += 1
    while True:
        await queue.get()


async def generation(size: int, tally: Tally, lives: Lives) -> None:
    lives.begin()
    tasks = [asyncio.create_task(idle(asyncio.Queue(), tally)) for _ in range(size)]
    await asyncio.sleep(0)
    lives.born()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    lives.ended()


async def live(count: int, size: int) -> list[float]:
    tally = Tally()
    for _ in range(warm_up(count)):
        await generation(size, tally, Lives())
    tally.reset()
    lives = Lives()
    for _ in range(count):
        await generation(size, tally, lives)
    check_equal(tally.count, count * size, "tasks that lived")
    check_equal(len(asyncio.all_tasks()), 1, "tasks that are left")
    return lives.figures(count * size)


def run(count: int, size: int) -> list[float]:
    return asyncio.run(live(count, size))
