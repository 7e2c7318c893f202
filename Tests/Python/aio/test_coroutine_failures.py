"""Coroutines of actors that fail."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backstage import (
    Actor,
    Context,
    DeadLetter,
    DeadReason,
    Engine,
    Message,
    Stopped,
    Supervision,
    Timeout,
    codecs,
)

from ..conftest import Logged
from ..support import Failing
from .support import Run


def test_what_it_raises_is_a_failure(run: Run, logged: Logged, letters: list[DeadLetter]) -> None:
    objects: list[Any] = []

    class Child(Actor):
        def __init__(self) -> None:
            objects.append(self)

        async def receive(self, context: Context, message: Message) -> bytes:
            if message.payload == b"wait":
                await asyncio.sleep(0)
            if message.payload != b"ok":
                raise Failing(message.payload)
            return b"ok"

    class Parent(Actor):
        supervision = Supervision()

        async def receive(self, context: Context, message: Message) -> Any:
            child = context.spawn_child(Child)
            for payload in (b"wait", b"now"):
                with pytest.raises(Stopped) as caught:
                    await child.ask(payload)
                assert isinstance(caught.value.__cause__, Failing)
            return await child.ask(b"ok")

    async def main(engine: Engine) -> Any:
        return await engine.spawn(Parent).ask(b"")

    assert run(main) == b"ok"
    assert len(objects) == 3
    assert [str(error) for error in logged.errors()] == ["b'wait'", "b'now'"]
    assert [letter.reason for letter in letters] == [DeadReason.FAILED] * 2


def test_a_timeout_that_nobody_catches_is_a_failure(run: Run, logged: Logged) -> None:
    async def main(engine: Engine) -> None:
        silent = engine.spawn(lambda context, message: None)

        async def hope(context: Context, message: Message) -> Any:
            return await silent.ask(b"", timeout=0.001)

        with pytest.raises(Stopped) as caught:
            await engine.spawn(hope).ask(b"")
        assert isinstance(caught.value.__cause__, Timeout)

    run(main)
    assert [type(error) for error in logged.errors()] == [Timeout]


def test_a_failure_of_init_is_a_failure(run: Run, logged: Logged) -> None:
    tries: list[int] = []

    class Child(Actor):
        async def init(self, context: Context) -> None:
            tries.append(len(tries))
            if len(tries) % 2:
                await asyncio.sleep(0)
            if len(tries) < 3:
                raise Failing(len(tries))

        def receive(self, context: Context, message: Message) -> bytes:
            return b"made it"

    class Parent(Actor):
        supervision = Supervision()

        async def receive(self, context: Context, message: Message) -> Any:
            return await context.spawn_child(Child).ask(b"")

    async def main(engine: Engine) -> Any:
        return await engine.spawn(Parent).ask(b"")

    assert run(main) == b"made it"
    assert [str(error) for error in logged.errors()] == ["1", "2"]


def test_to_be_cancelled_by_another_is_a_failure(run: Run, logged: Logged) -> None:
    async def main(engine: Engine) -> None:
        async def cancelled(context: Context, message: Message) -> None:
            task = asyncio.create_task(asyncio.Event().wait())
            task.cancel()
            await task

        async def cancel_itself(context: Context, message: Message) -> None:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.sleep(0)

        for receive in (cancelled, cancel_itself):
            with pytest.raises(Stopped) as caught:
                await engine.spawn(receive).ask(b"")
            assert isinstance(caught.value.__cause__, Stopped)

    run(main)
    assert [str(error) for error in logged.errors()] == ["the coroutine was cancelled"] * 2


def test_a_codec_that_cannot_write_the_answer_is_a_failure(run: Run, logged: Logged) -> None:
    class Answers(Actor):
        codec = codecs.JSON

        async def receive(self, context: Context, message: Message) -> object:
            await asyncio.sleep(0)
            return object()

    async def main(engine: Engine) -> None:
        with pytest.raises(Stopped):
            await engine.spawn(Answers).ask("")

    run(main)
    assert [type(error) for error in logged.errors()] == [TypeError]
