"""Ctrl-C before every single line of the package that a run goes through, one after the other: it
always leaves the run, the engine goes on afterwards, and each message is handled once."""

from __future__ import annotations

import gc
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Batch,
    Clock,
    Context,
    DeadLetter,
    Engine,
    Message,
    Reason,
    Ref,
    Supervision,
)

#: Who was called, for each message: noted before anything of the package is touched.
Received = list[str]

# As if it were the package's own: it stands where that is interrupted.
TRACER = """
def trace(frame, event, argument):
    if frame.f_globals.get("__package__") == "backstage":
        if event == "line" and count():
            raise_signal(SIGINT)
        return trace
"""


class Interrupts:
    """Sends a SIGINT before the nth line of the package."""

    def __init__(self, nth: int) -> None:
        self.left = nth
        names: dict[str, Any] = {
            "__package__": "backstage",
            "count": self._count,
            "raise_signal": signal.raise_signal,
            "SIGINT": signal.SIGINT,
        }
        exec(TRACER, names)
        self.trace: Callable[[FrameType, str, Any], Any] = names["trace"]

    def _count(self) -> bool:
        self.left -= 1
        if self.left == 0:
            sys.settrace(None)
        return self.left == 0

    def __enter__(self) -> Interrupts:
        sys.settrace(self.trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)


class Ping(Actor):
    """Sends the ball back, so often."""

    def __init__(self, name: str, received: Received) -> None:
        self.name = name
        self.received = received
        self.other: Ref | None = None

    def receive(self, context: Context, message: Message) -> None:
        self.received.append(self.name)
        left = int(message.payload)
        if left and self.other is not None:
            self.other.tell(b"%d" % (left - 1))


class Gathering(Actor):
    """Takes all together, and passes some on."""

    def __init__(self, received: Received, to: Ref) -> None:
        self.received = received
        self.to = to

    def receive_batch(self, context: Context, messages: Batch) -> None:
        for index, payload in enumerate(messages.payloads):
            messages.failed_at = index
            self.received.append("gathering")
            self.to.tell(payload)


class Asking(Actor):
    """Asks, in a coroutine and by a handler, and is reminded."""

    def __init__(self, received: Received, whom: Ref) -> None:
        self.received = received
        self.whom = whom

    def init(self, context: Context) -> None:
        context.after(0.0, self.remind)

    def remind(self, context: Context, message: Message) -> None:
        context.request(self.whom, b"by handler", then=self.receive_answer)

    def receive_answer(self, context: Context, message: Message) -> None:
        self.received.append("asking")

    async def receive(self, context: Context, message: Message) -> None:
        self.received.append("asking")
        await self.whom.ask(b"by coroutine")


class Failing(Actor):
    """Fails now and then, and starts again."""

    def __init__(self, received: Received) -> None:
        self.received = received

    def receive(self, context: Context, message: Message) -> None:
        self.received.append("failing")
        if message.payload == b"2":
            raise ValueError


class Parent(Actor):
    """Has a child that fails."""

    supervision = Supervision()

    def __init__(self, received: Received) -> None:
        self.received = received

    def receive(self, context: Context, message: Message) -> None:
        child = context.spawn_child(Failing, self.received, id="failing")
        for number in range(4):
            child.tell(b"%d" % number)


def stage(engine: Engine, received: Received) -> dict[str, Ref]:
    """Actors that have something to do."""
    ping, pong = Ping("ping", received), Ping("pong", received)
    refs = {
        "ping": engine.spawn(lambda context, message: ping.receive(context, message)),
        "pong": engine.spawn(lambda context, message: pong.receive(context, message)),
        "echo": engine.spawn(lambda context, message: b"!"),
    }
    ping.other, pong.other = refs["pong"], refs["ping"]
    refs["gathering"] = engine.spawn(Gathering, received, refs["ping"])
    refs["asking"] = engine.spawn(Asking, received, refs["echo"])
    refs["parent"] = engine.spawn(Parent, received)
    refs["ping"].tell(b"6")
    refs["gathering"].tell_many([b"0"] * 3)
    refs["gathering"].tell(b"0" * 100)
    refs["asking"].tell(b"ask")
    refs["parent"].tell(b"")
    return refs


def check(engine: Engine, refs: dict[str, Ref], received: Received, was_interrupted: bool) -> None:
    """Whether every message was handled, once."""
    total = engine.statistics()
    assert total.queued == 0
    assert total.accepted == total.handled + total.dead
    for name in ("ping", "pong", "gathering", "asking"):
        handled = engine.actor_statistics(refs[name])
        assert handled.queued == 0
        # Of those that are taken together, one was perhaps not yet read.
        may_be_unread = int(was_interrupted and name == "gathering")
        assert 0 <= handled.handled - received.count(name) <= may_be_unread, name
    core = engine._core
    assert core.acting is None
    assert core.error is None
    assert not core.running
    assert not core.touched
    assert not core.views
    assert not core.held


def play(nth: int) -> bool:
    """Interrupts the nth line. False if there are not so many."""
    received: Received = []
    engine = Engine(clock=Clock.VIRTUAL)
    refs = stage(engine, received)
    was_interrupted = False
    with Interrupts(nth) as interrupts:
        try:
            engine.run_until_idle()
        except KeyboardInterrupt:
            was_interrupted = True
    assert was_interrupted == (interrupts.left <= 0), nth
    engine.run_until_idle()
    check(engine, refs, received, was_interrupted)
    engine.close()
    return was_interrupted


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Nothing may be lost: pytest makes a failure of that. Failures of actors are logged."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)
    gc.collect()
    assert not backstage._core.cells
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_before_every_line_of_a_run() -> None:
    lines = 0
    while play(lines + 1):
        lines += 1
    assert lines > 500
    print(lines, "lines interrupted")


class Ending(Actor):
    """Notes its end, and tells others of it."""

    def __init__(self, ended: list[int], number: int, other: Ref | None) -> None:
        self.ended = ended
        self.number = number
        self.other = other

    def receive(self, context: Context, message: Message) -> None:
        pass

    def deinit(self, context: Context, reason: Reason) -> None:
        self.ended.append(self.number)
        if self.other is not None:
            self.other.tell(b"last")


def close(nth: int) -> bool:
    """The same while the engine is closed."""
    ended: list[int] = []
    letters: list[DeadLetter] = []
    engine = Engine(dead_letter=letters.append)
    other: Ref | None = None
    for number in range(3):
        other = engine.spawn(Ending, ended, number, other)
        other.tell(b"waits")
    was_interrupted = False
    with Interrupts(nth) as interrupts:
        try:
            engine.close()
        except KeyboardInterrupt:
            was_interrupted = True
    assert was_interrupted == (interrupts.left <= 0), nth
    if not ended:  # it was interrupted before it began
        engine.close()
    assert engine.closed
    assert ended == [2, 1, 0]
    assert len(letters) >= 3
    return was_interrupted


def test_before_every_line_of_a_close() -> None:
    lines = 0
    while close(lines + 1):
        lines += 1
    assert lines > 100
