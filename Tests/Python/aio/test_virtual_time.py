"""asyncio on an engine with a virtual clock."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from backstage import Actor, Clock, Context, Engine, Message

from ..conftest import Logged
from .support import Run, Spinner, count_rounds


@pytest.fixture
def run_virtually(run: Run) -> Run:
    """Runs a function on an engine with a virtual clock."""
    return lambda main: run(main, clock=Clock.VIRTUAL)


def test_the_loops_time_is_the_engines(run: Run, run_virtually: Run) -> None:
    async def main(engine: Engine) -> None:
        loop = asyncio.get_running_loop()
        before = engine.now()
        assert before <= loop.time() <= engine.now()

    run(main)
    run_virtually(main)


def test_timers_follow_the_engine(run_virtually: Run) -> None:
    woken: list[int] = []

    async def sleep(seconds: int) -> None:
        await asyncio.sleep(seconds)
        woken.append(seconds)

    async def main(engine: Engine) -> None:
        tasks = [asyncio.create_task(sleep(seconds)) for seconds in (3600, 1, 60)]
        await asyncio.sleep(0)
        for seconds, expected in ((0.5, []), (0.5, [1]), (59, [1, 60]), (3540, [1, 60, 3600])):
            engine.advance(seconds)
            for _ in range(5):
                await asyncio.sleep(0)
            assert woken == expected
        await asyncio.gather(*tasks)
        assert asyncio.get_running_loop().time() == 3600

    run_virtually(main)


def test_an_actor_may_move_the_clock(run_virtually: Run) -> None:
    """Also while asyncio's loop has nothing to do but to wait for that."""

    class Clockwork(Actor):
        def receive(self, context: Context, message: Message) -> None:
            context.engine.advance(10)
            if context.engine.now() < 1000:
                context.ref.tell(b"")

    async def main(engine: Engine) -> float:
        engine.spawn(Clockwork).tell(b"")
        await asyncio.sleep(500)
        return engine.now()

    assert 500 <= run_virtually(main) <= 1000


def test_waiting_does_not_move_it(run_virtually: Run) -> None:
    """It waits for descriptors and threads meanwhile, and does not spin."""

    async def main(engine: Engine) -> None:
        loop = asyncio.get_running_loop()
        here, there = socket.socketpair()
        here.setblocking(False)
        timer = asyncio.create_task(asyncio.sleep(1))
        receives = asyncio.ensure_future(loop.sock_recv(here, 10))
        await loop.run_in_executor(None, there.send, b"real")
        assert await receives == b"real"
        rounds = count_rounds(loop)
        await loop.run_in_executor(None, sum, range(500_000))
        assert len(rounds) < 10
        assert engine.now() == 0
        assert not timer.done()
        here.close()
        there.close()
        engine.advance(1)
        await timer

    run_virtually(main)


def test_timeouts_are_virtual(run_virtually: Run) -> None:
    async def main(engine: Engine) -> None:
        waits = asyncio.create_task(asyncio.wait_for(asyncio.Event().wait(), 60))
        await asyncio.sleep(0)
        engine.advance(61)
        with pytest.raises(asyncio.TimeoutError):
            await waits
        silent = engine.spawn(lambda context, message: None)
        asks = asyncio.ensure_future(silent.ask(b"", timeout=30))
        await asyncio.sleep(0)
        engine.advance(31)
        with pytest.raises(TimeoutError):
            await asks

    run_virtually(main)


def test_busy_actors_and_tasks_share_it(run_virtually: Run) -> None:
    """And descriptors are looked at, though the clock stands still."""

    async def main(engine: Engine) -> None:
        loop = asyncio.get_running_loop()
        here, there = socket.socketpair()
        here.setblocking(False)
        spinner = engine.spawn(Spinner)
        spinner.tell(b"")
        receives = asyncio.ensure_future(loop.sock_recv(here, 10))
        await asyncio.sleep(0)
        there.send(b"x")
        while not receives.done():
            await asyncio.sleep(0)
        turns = await spinner.ask(b"turns")
        while await spinner.ask(b"turns") == turns:
            pass
        here.close()
        there.close()

    run_virtually(main)


class Lingers(Actor):
    """Waits for ever, and when that is cancelled, a moment more."""

    def __init__(self, begun: asyncio.Event, ended: list[float]) -> None:
        self.begun = begun
        self.ended = ended

    async def receive(self, context: Context, message: Message) -> None:
        await linger(self.begun, self.ended)


async def linger(begun: asyncio.Event, ended: list[float]) -> None:
    begun.set()
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0.001)
        ended.append(asyncio.get_running_loop().time())


def test_time_goes_on_once_the_engine_is_closed(run_virtually: Run) -> None:
    ended: list[float] = []
    begun = asyncio.Event()

    async def main(engine: Engine) -> None:
        engine.advance(100)
        engine.spawn(Lingers, begun, ended).tell(b"")
        await begun.wait()
        engine.close()
        await asyncio.sleep(0.005)

    run_virtually(main)
    assert len(ended) == 1
    assert 100.001 <= ended[0] < 200


@pytest.mark.parametrize("who", ["task", "actor"])
def test_time_goes_on_at_the_end(run_virtually: Run, logged: Logged, who: str) -> None:
    """So that what is cancelled there can still wait for a moment."""
    ended: list[float] = []
    begun = asyncio.Event()

    async def main(engine: Engine) -> Any:
        task = None
        engine.advance(100)
        if who == "actor":
            engine.spawn(Lingers, begun, ended).tell(b"")
        else:
            task = asyncio.create_task(linger(begun, ended))
        await begun.wait()
        return task

    run_virtually(main)
    assert len(ended) == 1
    assert 100.001 <= ended[0] < 200
    assert len(logged.errors()) == (who == "actor")
