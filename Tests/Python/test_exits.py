"""What is no Exception leaves the run, from wherever it is raised; any Exception does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from backstage import (
    Actor,
    Batch,
    Context,
    Directive,
    Engine,
    Message,
    Reason,
    Ref,
    codecs,
)

from .support import Failing, ignore


class Exit(BaseException):
    """Somebody's own."""


EXITS = [KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError, Exit]


class Leaves(Actor):
    """Raises something where it is told to."""

    def __init__(self, place: str, error: BaseException) -> None:
        self.place = place
        self.error: BaseException | None = error

    def at(self, place: str) -> None:
        if place == self.place and self.error is not None:
            error, self.error = self.error, None
            raise error

    def init(self, context: Context) -> None:
        self.at("init")
        if self.place == "decide":
            context.spawn_child(raise_failing, id="child")
        if self.place == "timer":
            context.after(0.0, lambda context, message: self.at("timer"))

    def receive(self, context: Context, message: Message) -> Any:
        self.at("receive")
        self.at(message.type.name)

    def deinit(self, context: Context, reason: Reason) -> None:
        self.at("deinit")

    def decide(
        self, context: Context, child: Ref, error: BaseException, restarts: int
    ) -> Directive:
        self.at("decide")
        return Directive.RESUME


class LeavesBatch(Leaves):
    """The same, many messages at a time."""

    def receive_batch(self, context: Context, messages: Batch) -> None:
        self.at("receive")


class LeavesLater(Leaves):
    """The same, in a coroutine."""

    async def receive(self, context: Context, message: Message) -> None:
        await context.sleep(0.0)
        self.at("receive")


def raise_failing(context: Context, message: Message) -> None:
    raise Failing


def provoke(engine: Engine, actor: type[Leaves], place: str, error: BaseException) -> Ref:
    ref = engine.spawn(actor, place, error)
    ref.tell(b"short")
    ref.tell_many([b"long" * 100, b"x"])
    if place == "REQUEST":
        ref.ask(b"", block=False)
    if place == "decide":
        engine.run_until_idle()
        engine.find("child").tell(b"")
    if place == "deinit":
        ref.poison()
    return ref


PLACES = [
    (Leaves, "init"),
    (Leaves, "receive"),
    (Leaves, "REQUEST"),
    (Leaves, "timer"),
    (Leaves, "deinit"),
    (Leaves, "decide"),
    (LeavesBatch, "receive"),
    (LeavesLater, "receive"),
]


@pytest.mark.parametrize(("actor", "place"), PLACES)
@pytest.mark.parametrize("error", EXITS)
def test_an_exit_leaves_the_run_and_the_engine_goes_on(
    engine: Engine, logged: Any, actor: type[Leaves], place: str, error: type[BaseException]
) -> None:
    exit = error("text")
    ref = provoke(engine, actor, place, exit)
    with pytest.raises(error) as raised:
        engine.run_until_idle()
    assert raised.value is exit
    assert engine.run_until_idle()
    assert engine.statistics().queued == 0
    assert ref.is_alive() == (place != "deinit")
    if place == "decide":
        logged.take()


@pytest.mark.parametrize(("actor", "place"), PLACES)
@pytest.mark.parametrize(
    "error", [Failing, StopIteration, StopAsyncIteration, RecursionError, MemoryError, OSError]
)
def test_an_exception_is_the_actor_s_failure(
    engine: Engine, logged: Any, actor: type[Leaves], place: str, error: type[Exception]
) -> None:
    provoke(engine, actor, place, error("text"))
    assert engine.run_until_idle()
    assert engine.statistics().queued == 0
    errors = logged.errors()
    if actor is LeavesLater and error is StopIteration:
        assert isinstance(errors[-1], RuntimeError)  # as of any coroutine
    else:
        assert isinstance(errors[-1], error)
    assert len(errors) == (2 if place == "decide" else 1)


def test_an_exit_of_several_at_once_is_the_first(engine: Engine) -> None:
    def leave(error: BaseException) -> Callable[[Context, Message], None]:
        def receive(context: Context, message: Message) -> None:
            raise error

        return receive

    engine.spawn(leave(SystemExit(1))).tell(b"")
    engine.spawn(leave(SystemExit(2))).tell(b"")
    codes = []
    for _ in range(2):
        with pytest.raises(SystemExit) as exit:
            engine.run_until_idle()
        codes.append(exit.value.code)
    assert codes == [1, 2]


def test_an_exit_in_a_codec(engine: Engine) -> None:
    class Exits:
        def encode(self, value: Any, /) -> bytes:
            return bytes(value)

        def decode(self, data: bytes, /) -> Any:
            raise SystemExit(9)

    ref = engine.spawn(lambda context, message: message.payload, codec=Exits())
    ref.tell(b"x")
    with pytest.raises(SystemExit):
        engine.run_until_idle()
    assert engine.run_until_idle()
    server = engine.spawn(lambda context, message: b"x")
    with pytest.raises(SystemExit):
        server.using(Exits()).ask(b"x")
    assert server.using(codecs.Pickle).ask(b"x", block=False) is not None
    engine.run_until_idle()


def test_an_exit_at_the_close_is_raised_by_it(engine: Engine) -> None:
    ended: list[str] = []

    class Ends(Actor):
        def receive(self, context: Context, message: Message) -> None: ...

        def deinit(self, context: Context, reason: Reason) -> None:
            ended.append(context.id)
            if context.id == "b":
                raise SystemExit(6)

    for name in "abc":
        engine.spawn(Ends, id=name)
    engine.spawn(ignore)
    engine.run_until_idle()
    with pytest.raises(SystemExit):
        engine.close()
    assert engine.closed
    assert ended == ["c", "b", "a"]
