"""A plain asyncio program on this thread, and the engine on another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backstage import (
    Actor,
    Cancelled,
    Clock,
    Closed,
    Context,
    DeadLetter,
    DeadReason,
    Ending,
    Engine,
    Message,
    NotFound,
    NotWaiting,
    Ref,
    ReplyHandle,
    Stopped,
    Timeout,
    aio,
)

from ..conftest import Logged
from ..support import Failing, fail


@pytest.fixture
def elsewhere(make_engine: Callable[..., Engine]) -> Iterator[Engine]:
    """An engine that can be run on another thread."""
    engine = make_engine(clock=Clock.MONOTONIC)
    yield engine
    if not engine.closed:
        engine.stop()
        engine.join()


class Keeps(Actor):
    """Keeps requests until it is told to answer them; tells how many replies were refused."""

    def __init__(self) -> None:
        self.handles: list[ReplyHandle] = []

    def receive(self, context: Context, message: Message) -> Any:
        if message.payload == b"waiting":
            return b"%d" % len(self.handles)
        if message.payload != b"answer":
            self.handles.append(message.reply_handle())
            return None
        refused = 0
        for handle in self.handles:
            try:
                handle.reply(b"answer")
            except NotWaiting:
                refused += 1
        self.handles.clear()
        return b"%d" % refused


async def until_waiting(keeps: Ref, count: int) -> None:
    while int(await keeps.ask(b"waiting")) != count:
        pass


def test_answers_come_from_there(elsewhere: Engine) -> None:
    async def twice(context: Context, message: Message) -> Any:
        await context.sleep(0)
        return message.payload * 2

    actors = [elsewhere.spawn(twice) for _ in range(4)]

    async def main() -> Any:
        return await asyncio.gather(*(actors[n % 4].ask(b"%d" % n) for n in range(500)))

    elsewhere.start()
    assert asyncio.run(main()) == [b"%d%d" % (n, n) for n in range(500)]


def test_what_goes_wrong_there_is_raised_here(elsewhere: Engine, logged: Logged) -> None:
    fails = elsewhere.spawn(fail)
    silent = elsewhere.spawn(lambda context, message: None)

    async def main() -> None:
        with pytest.raises(Timeout):
            await silent.ask(b"", timeout=0.001)
        with pytest.raises(Stopped) as caught:
            await fails.ask(b"why")
        assert isinstance(caught.value.__cause__, Failing)
        with pytest.raises((NotFound, Ending)):
            await fails.ask(b"again")

    elsewhere.start()
    asyncio.run(main())
    assert [str(error) for error in logged.errors()] == ["b'why'"]


def test_a_cancelled_task_cancels_its_request_there(
    elsewhere: Engine, letters: list[DeadLetter]
) -> None:
    keeps = elsewhere.spawn(Keeps)

    async def main() -> None:
        async def wait() -> Any:
            return await keeps.ask(b"")

        tasks = [asyncio.create_task(wait()) for _ in range(10)]
        await until_waiting(keeps, 10)
        for task in tasks[::2]:
            task.cancel()
        results = await asyncio.gather(*tasks[::2], return_exceptions=True)
        assert {type(result) for result in results} == {asyncio.CancelledError}
        assert await keeps.ask(b"answer") == b"5"
        assert await asyncio.gather(*tasks[1::2]) == [b"answer"] * 5

    elsewhere.start()
    asyncio.run(main())
    assert [letter.reason for letter in letters] == [DeadReason.NOT_WAITING] * 5


def test_to_cancel_and_to_answer_at_once_harms_nobody(elsewhere: Engine) -> None:
    """Either the answer was first, or it is refused; the future agrees with what was awaited."""

    def echo(context: Context, message: Message) -> Any:
        return message.payload

    echoes = elsewhere.spawn(echo)

    async def main() -> None:
        for number in range(300):
            future = echoes.ask(b"%d" % number)
            task = asyncio.ensure_future(wait_for(future))
            for _ in range(number % 4):
                await asyncio.sleep(0)
            if future.cancel():
                assert future.cancelled()
                with pytest.raises(Cancelled):
                    await task
            else:
                assert await task == b"%d" % number
        assert await echoes.ask(b"on") == b"on"

    async def wait_for(future: Any) -> Any:
        return await future

    elsewhere.start()
    asyncio.run(main())


def test_a_stop_of_that_engine_leaves_who_asks_waiting(elsewhere: Engine) -> None:
    """Until it runs again."""
    keeps = elsewhere.spawn(Keeps)

    async def main() -> None:
        asks = asyncio.ensure_future(keeps.ask(b""))
        await until_waiting(keeps, 1)
        elsewhere.stop()
        elsewhere.join()
        await asyncio.sleep(0)
        assert not asks.done()
        elsewhere.start()
        keeps.tell(b"answer")
        assert await asks == b"answer"

    elsewhere.start()
    asyncio.run(main())


def test_when_that_engine_is_closed_who_asks_is_told(elsewhere: Engine) -> None:
    keeps = elsewhere.spawn(Keeps)

    async def main() -> None:
        asks = asyncio.ensure_future(keeps.ask(b""))
        await until_waiting(keeps, 1)
        elsewhere.close()
        with pytest.raises(Ending):
            await asks
        with pytest.raises(Closed):
            await keeps.ask(b"")

    elsewhere.start()
    asyncio.run(main())


def test_an_answer_for_a_loop_that_is_gone_harms_nobody(elsewhere: Engine) -> None:
    keeps = elsewhere.spawn(Keeps)
    future = keeps.ask(b"", block=False)

    async def wait() -> None:
        await future

    elsewhere.start()
    loop = asyncio.new_event_loop()
    task = loop.create_task(wait())
    loop.run_until_complete(until_waiting(keeps, 1))
    loop.close()
    assert keeps.ask(b"answer", timeout=60.0) == b"0"
    assert future.get(60.0) == b"answer"
    assert not task.done()
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    task.get_coro().close()  # type: ignore[union-attr]


def test_two_engines_with_a_loop_each_ask_each_other(make_engine: Callable[..., Engine]) -> None:
    """asyncio on one engine here, and an engine that asyncio does not drive there."""
    here = make_engine(clock=Clock.MONOTONIC)
    there = make_engine(clock=Clock.MONOTONIC)
    far = there.spawn(lambda context, message: b"far " + message.payload)

    class Asks(Actor):
        async def receive(self, context: Context, message: Message) -> Any:
            return b"near " + await far.ask(message.payload)

    async def main() -> Any:
        near = here.spawn(Asks)
        return await asyncio.gather(*(near.ask(b"%d" % number) for number in range(100)))

    there.start()
    try:
        assert aio.run(main(), engine=here) == [b"near far %d" % number for number in range(100)]
    finally:
        there.stop()
        there.join()
