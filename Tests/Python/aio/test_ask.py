"""Asking actors from tasks of asyncio's."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

from backstage import (
    Actor,
    Cancelled,
    Context,
    DeadLetter,
    DeadReason,
    Ending,
    Engine,
    Future,
    Message,
    NotFound,
    NotWaiting,
    Ref,
    ReplyHandle,
    Stopped,
    Timeout,
    codecs,
)

from ..conftest import Logged
from ..support import Failing, fail, ignore
from .support import Run, echo


class Later(Actor):
    """Keeps requests, and answers them when it is told to."""

    def __init__(self) -> None:
        self.handles: list[ReplyHandle] = []
        self.refused = 0

    def receive(self, context: Context, message: Message) -> Any:
        if message.payload == b"answer":
            for handle in self.handles:
                try:
                    handle.reply(b"at last")
                except NotWaiting:
                    self.refused += 1
            self.handles.clear()
        elif message.payload == b"refused":
            return str(self.refused).encode()
        elif message.payload == b"waiting":
            return str(len(self.handles)).encode()
        else:
            self.handles.append(message.reply_handle())


@pytest.mark.parametrize("payload", [b"", b"x", b"y" * 33, b"z" * 100_000])
def test_an_answer_is_awaited(run: Run, payload: bytes) -> None:
    async def main(engine: Engine) -> Any:
        return await engine.spawn(echo).ask(payload)

    assert run(main) == payload


def test_many_ask_at_once(run: Run) -> None:
    async def main(engine: Engine) -> Any:
        echoes = [engine.spawn(echo) for _ in range(5)]
        asks = [echoes[index % 5].ask(b"%d" % index) for index in range(1000)]
        return await asyncio.gather(*asks)

    assert run(main) == [b"%d" % index for index in range(1000)]


def test_what_is_asked_for_goes_through_codecs(run: Run) -> None:
    class Adds(Actor):
        codec = codecs.JSON

        def receive(self, context: Context, message: Message) -> Any:
            return sum(message.payload)

    async def main(engine: Engine) -> Any:
        return await engine.spawn(Adds).ask([1, 2, 3])

    assert run(main) == 6


def test_a_future_can_be_awaited_often(run: Run) -> None:
    async def main(engine: Engine) -> None:
        future = engine.spawn(echo).ask(b"one")
        assert isinstance(future, Future)
        assert not future.done()

        async def wait() -> Any:
            return await future

        assert list(await asyncio.gather(wait(), wait(), wait())) == [b"one"] * 3
        assert future.done()
        assert await future == b"one"

    run(main)


def test_callbacks_of_a_future_cannot_harm(run: Run, logged: Logged) -> None:
    called: list[Any] = []

    def harm(future: Future) -> None:
        raise Failing("in a callback")

    async def main(engine: Engine) -> None:
        future = engine.spawn(echo).ask(b"one")
        future.add_done_callback(harm)
        future.add_done_callback(lambda future: called.append(future.get()))
        assert await future == b"one"
        future.add_done_callback(called.append)
        assert called == [b"one", future]
        assert await engine.spawn(echo).ask(b"two") == b"two"

    run(main)
    assert [str(error) for error in logged.errors()] == ["in a callback"]


def test_what_goes_wrong_is_raised(run: Run, logged: Logged) -> None:
    async def main(engine: Engine) -> None:
        gone = engine.spawn(ignore)
        gone.stop()
        with pytest.raises(Ending):
            await gone.ask(b"")
        await engine.spawn(echo).ask(b"")
        with pytest.raises(NotFound):
            await gone.ask(b"")
        with pytest.raises(Stopped) as caught:
            await engine.spawn(fail).ask(b"why")
        assert isinstance(caught.value.__cause__, Failing)
        with pytest.raises(TypeError):
            await engine.spawn(echo).ask("text")

    run(main)
    assert [str(error) for error in logged.errors()] == ["b'why'"]


def test_it_times_out(run: Run) -> None:
    async def main(engine: Engine) -> None:
        later = engine.spawn(Later)
        with pytest.raises(Timeout):
            await later.ask(b"", timeout=0.001)
        later.tell(b"answer")
        assert await later.ask(b"refused") == b"1"

    run(main)


async def waiting(later: Ref) -> int:
    return int(await later.ask(b"waiting"))


def test_a_cancelled_task_cancels_its_request(run: Run, letters: list[DeadLetter]) -> None:
    async def main(engine: Engine) -> None:
        later = engine.spawn(Later)

        async def wait() -> None:
            await later.ask(b"")

        tasks = [asyncio.create_task(wait()) for _ in range(3)]
        while await waiting(later) < 3:
            pass
        tasks[1].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[1]
        later.tell(b"answer")
        await tasks[0]
        await tasks[2]
        assert await later.ask(b"refused") == b"1"

    run(main)
    assert [letter.reason for letter in letters] == [DeadReason.NOT_WAITING]


def test_who_answers_a_cancelled_request_does_not_fail(run: Run, letters: list[DeadLetter]) -> None:
    """It returns the answer as always."""
    handled: list[bytes] = []

    def answer(context: Context, message: Message) -> bytes:
        handled.append(message.payload)
        return b"an answer"

    async def answer_later(context: Context, message: Message) -> bytes:
        handled.append(message.payload)
        await asyncio.sleep(0)
        return b"an answer"

    async def main(engine: Engine) -> None:
        for receive in (answer, answer_later):
            actor = engine.spawn(receive)
            future = actor.ask(b"nobody cares")
            assert future.cancel()
            assert not future.cancel()
            assert future.cancelled()
            with pytest.raises(Cancelled):
                await future
            assert await actor.ask(b"again") == b"an answer"

    run(main)
    assert handled == [b"nobody cares", b"again"] * 2
    assert [letter.reason for letter in letters] == [DeadReason.NOT_WAITING] * 2


def test_wait_for_gives_up(run: Run, letters: list[DeadLetter]) -> None:
    async def main(engine: Engine) -> None:
        later = engine.spawn(Later)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(later.ask(b""), 0.001)
        later.tell(b"answer")
        assert await later.ask(b"refused") == b"1"
        assert await asyncio.wait_for(engine.spawn(echo).ask(b"in time"), 60) == b"in time"

    run(main)
    assert [letter.reason for letter in letters] == [DeadReason.NOT_WAITING]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.timeout is of Python 3.11")
def test_a_timeout_around_it_gives_up(run: Run) -> None:
    async def main(engine: Engine) -> None:
        later = engine.spawn(Later)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await later.ask(b"")
        async with asyncio.timeout(60):
            assert await waiting(later) == 1
        later.tell(b"answer")
        assert await later.ask(b"refused") == b"1"

    run(main)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.TaskGroup is of Python 3.11")
def test_a_group_of_tasks_is_cancelled_together(run: Run, logged: Logged) -> None:
    async def main(engine: Engine) -> None:
        later, fails = engine.spawn(Later), engine.spawn(fail)

        async def wait(actor: Ref) -> None:
            await actor.ask(b"")

        tasks: list[asyncio.Task[None]] = []

        async def wait_for_all() -> None:
            async with asyncio.TaskGroup() as group:
                tasks.extend(group.create_task(wait(later)) for _ in range(10))
                while await waiting(later) < 10:
                    pass
                group.create_task(wait(fails))

        with pytest.raises(ExceptionGroup) as caught:  # noqa: F821
            await wait_for_all()
        assert [type(error) for error in caught.value.exceptions] == [Stopped]
        assert all(task.cancelled() for task in tasks)
        later.tell(b"answer")
        assert await later.ask(b"refused") == b"10"

    run(main)
    assert len(logged.errors()) == 1


def test_a_plain_callback_may_ask_and_go_on(run: Run) -> None:
    async def main(engine: Engine) -> Any:
        answered = asyncio.get_running_loop().create_future()
        echoes = engine.spawn(echo)

        def receive(context: Context, message: Message) -> None:
            future = echoes.ask(b"from a callback")
            future.add_done_callback(lambda future: answered.set_result(future.get()))

        engine.spawn(receive).tell(b"")
        return await answered

    assert run(main) == b"from a callback"


def test_requests_of_tasks_come_in_order_with_what_they_tell(run: Run) -> None:
    seen: list[bytes] = []

    def see(context: Context, message: Message) -> bytes:
        seen.append(message.payload)
        return b""

    async def main(engine: Engine) -> None:
        actor = engine.spawn(see)
        for number in range(10):
            actor.tell(b"tell %d" % number)
            await actor.ask(b"ask %d" % number)

    run(main)
    assert seen == [b"%s %d" % (verb, n) for n in range(10) for verb in (b"tell", b"ask")]
