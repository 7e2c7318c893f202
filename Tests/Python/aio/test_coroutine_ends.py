"""Coroutines of actors that end, or restart, while they wait."""

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
    Reason,
    Stopped,
    Strategy,
    Supervision,
)

from ..conftest import Logged
from ..support import Failing
from .support import Gate, Run, until


def test_a_stop_cancels_it(run: Run, letters: list[DeadLetter]) -> None:
    events: list[Any] = []

    async def main(engine: Engine) -> None:
        actor = engine.spawn(Gate, asyncio.Event(), events)
        actor.tell_many([b"in hand", b"queued"])
        await until(lambda: events)
        actor.stop()
        await until(lambda: len(events) == 3)

    run(main)
    assert events == [("begins", b"in hand"), Reason.STOPPED, ("cancelled", b"in hand")]
    assert [letter.payload for letter in letters] == [b"in hand", b"queued"]
    assert {letter.reason for letter in letters} == {DeadReason.ENDED}


def test_who_asked_one_that_is_stopped_is_told(run: Run) -> None:
    events: list[Any] = []

    async def main(engine: Engine) -> None:
        actor = engine.spawn(Gate, asyncio.Event(), events)
        answer = asyncio.ensure_future(actor.ask(b""))
        await until(lambda: events)
        actor.stop()
        with pytest.raises(Stopped):
            await answer
        await until(lambda: len(events) == 3)

    run(main)


def test_one_that_is_stopped_before_it_begins_never_runs(run: Run) -> None:
    """On Pythons whose tasks begin at their turn; on others it begins at once, and is cancelled."""
    events: list[Any] = []

    async def main(engine: Engine) -> None:
        actor = engine.spawn(Gate, asyncio.Event(), events)

        def send_and_stop(context: Context, message: Message) -> None:
            actor.tell(b"x")
            context.after(0.0, lambda context, message: context.stop(actor))

        engine.spawn(send_and_stop).tell(b"")
        await until(lambda: Reason.STOPPED in events)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    run(main)
    assert events in ([Reason.STOPPED], [("begins", b"x"), Reason.STOPPED, ("cancelled", b"x")])


def test_a_poison_waits_for_it(run: Run) -> None:
    events: list[Any] = []

    async def main(engine: Engine) -> None:
        gate = asyncio.Event()
        actor = engine.spawn(Gate, gate, events)
        actor.tell_many([b"1", b"2"])
        await until(lambda: events)
        actor.poison()
        await asyncio.sleep(0)
        assert actor.is_alive()
        gate.set()
        await until(lambda: not actor.is_alive())

    run(main)
    assert events[-2:] == [("ends", b"2"), Reason.STOPPED]


def test_a_drain_waits_for_it(run: Run) -> None:
    events: list[Any] = []

    async def main(engine: Engine) -> None:
        gate = asyncio.Event()
        actor = engine.spawn(Gate, gate, events)
        answers = [asyncio.ensure_future(actor.ask(payload)) for payload in (b"1", b"2")]
        await until(lambda: events)
        engine.drain()
        gate.set()
        assert await asyncio.gather(*answers) == [b"1", b"2"]
        await until(lambda: not actor.is_alive())

    run(main)
    assert events[-2:] == [("ends", b"2"), Reason.STOPPED]


def test_a_restart_cancels_it(run: Run, logged: Logged) -> None:
    events: list[Any] = []

    class Parent(Actor):
        supervision = Supervision(strategy=Strategy.ONE_FOR_ALL)

        def receive(self, context: Context, message: Message) -> None:
            waits = context.spawn_child(Gate, gate, events)
            waits.tell(b"in hand")
            waits.tell(b"queued")
            fails = context.spawn_child(failing)
            fails.tell(b"")

    async def failing(context: Context, message: Message) -> None:
        await until(lambda: events)
        raise Failing("all of them")

    async def main(engine: Engine) -> None:
        engine.spawn(Parent).tell(b"")
        await until(lambda: ("begins", b"queued") in events)
        gate.set()
        await until(lambda: ("ends", b"queued") in events)

    gate = asyncio.Event()
    run(main)
    assert events[0] == ("begins", b"in hand")
    assert events[1] == Reason.RESTARTED
    assert sorted(events[2:5], key=str) == [
        ("begins", b"queued"),
        ("cancelled", b"in hand"),
        ("ends", b"queued"),
    ]
    assert len(logged.errors()) == 1


def test_one_that_shuts_its_actor_down_still_answers(run: Run) -> None:
    async def main(engine: Engine) -> None:
        async def last(context: Context, message: Message) -> bytes:
            await asyncio.sleep(0)
            context.shutdown()
            return b"good-bye"

        actor = engine.spawn(last)
        assert await actor.ask(b"") == b"good-bye"
        await until(lambda: not actor.is_alive())

    run(main)


def test_what_it_awaits_is_cancelled_with_it(run: Run, letters: list[DeadLetter]) -> None:
    """So its requests are withdrawn."""
    events: list[Any] = []

    async def main(engine: Engine) -> None:
        gate = asyncio.Event()
        slow = engine.spawn(Gate, gate, events)

        async def ask(context: Context, message: Message) -> None:
            await slow.ask(b"")

        asks = engine.spawn(ask)
        asks.tell(b"")
        await until(lambda: events)
        asks.stop()
        await until(lambda: not asks.is_alive())
        gate.set()
        assert await slow.ask(b"again") == b"again"

    run(main)
    reasons = sorted(letter.reason for letter in letters)
    assert reasons == [DeadReason.ENDED, DeadReason.NOT_WAITING]
