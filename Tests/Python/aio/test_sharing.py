"""How asyncio and actors share a thread."""

from __future__ import annotations

import asyncio
import socket

import pytest

from backstage import Context, Engine, Message, aio

from .support import Run, count_rounds, spinning


def test_timers_are_looked_at_while_actors_are_busy(run: Run) -> None:
    async def main(engine: Engine) -> None:
        spinning(engine)
        await asyncio.sleep(0.002)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.002)

    run(main)


def test_busy_tasks_and_busy_actors_share(run: Run) -> None:
    async def main(engine: Engine) -> None:
        spinners = spinning(engine)
        rounds = 0

        async def spin() -> None:
            nonlocal rounds
            while True:
                rounds += 1
                await asyncio.sleep(0)

        tasks = [asyncio.create_task(spin()) for _ in range(3)]
        for _ in range(20):
            before = rounds
            turns = [int(await spinner.ask(b"turns")) for spinner in spinners]
            while rounds < before + 30:
                await asyncio.sleep(0)
            later = [int(await spinner.ask(b"turns")) for spinner in spinners]
            assert all(now > then for now, then in zip(later, turns, strict=True))
        for task in tasks:
            task.cancel()

    run(main)


def test_descriptors_that_are_always_ready_starve_nobody(
    run: Run, pair: tuple[socket.socket, socket.socket]
) -> None:
    """A callback that takes longer than the engine goes without a look at descriptors: each look
    finds them ready."""
    here, there = pair
    there.send(b"x")

    async def main(engine: Engine) -> None:
        loop = asyncio.get_running_loop()

        def ready() -> None:
            began = loop.time()
            while loop.time() < began + 0.001:
                pass

        loop.add_reader(here, ready)
        spinners = spinning(engine)
        turns = [0] * len(spinners)
        while min(turns) < 1000:
            turns = [int(await spinner.ask(b"turns")) for spinner in spinners]
        loop.remove_reader(here)

    run(main)


def test_busy_actors_do_not_return_to_asyncio_for_nothing(engine: Engine) -> None:
    """While only actors are busy, asyncio's loop makes no rounds: they would cost each message."""
    loop = aio.EventLoop(engine)
    handled: list[int] = []

    def count(context: Context, message: Message) -> None:
        handled.append(1)
        if len(handled) < 20_000:
            context.ref.tell(b"")
        else:
            loop.stop()

    rounds = count_rounds(loop)
    try:
        engine.spawn(count).tell(b"")
        loop.run_forever()
    finally:
        loop.close()
    assert len(handled) == 20_000
    assert len(rounds) < 10
