"""What asks and coroutines leave behind: nothing, not even for the garbage collector."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator

import pytest

from backstage import BackstageError, Context, Engine, Message, Ref

from .support import Run, echo, echo_later


@pytest.fixture(autouse=True)
def collect_by_hand() -> Iterator[None]:
    """Garbage stays until it is asked for."""
    gc.disable()
    yield
    gc.enable()


async def wait(context: Context, message: Message) -> None:
    await asyncio.Event().wait()


async def answered(engine: Engine) -> None:
    for receive in (echo, echo_later):
        actor = engine.spawn(receive)
        assert await actor.ask(b"x") == b"x"
        await stop(actor)


async def cancelled(engine: Engine) -> None:
    actor = engine.spawn(wait)
    task = asyncio.ensure_future(actor.ask(b""))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    await stop(actor)


async def stopped(engine: Engine) -> None:
    actor = engine.spawn(wait)
    asyncio.get_running_loop().call_soon(asyncio.get_running_loop().call_soon, actor.stop)
    try:
        await actor.ask(b"")
    except BackstageError:
        pass
    await stop(actor)


async def stop(actor: Ref) -> None:
    if actor.is_alive():
        actor.stop()
    while actor.is_alive():
        await asyncio.sleep(0)
    for _ in range(3):  # for what was cancelled
        await asyncio.sleep(0)


@pytest.mark.parametrize("use", [answered, cancelled, stopped], ids=lambda use: use.__name__)
def test_there_is_no_garbage(run: Run, use: Callable[[Engine], Awaitable[None]]) -> None:
    async def main(engine: Engine) -> int:
        await use(engine)
        gc.collect()
        for _ in range(10):
            await use(engine)
        return gc.collect()

    assert run(main) == 0
