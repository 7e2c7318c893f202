"""Changing how an actor receives."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import Actor, Context, Engine, Message, Supervision

from .support import Failing, Keeper, ignore


class Switch(Actor):
    """A state machine: a function a state."""

    def __init__(self, notes: list[Any]) -> None:
        self.notes = notes

    def receive(self, context: Context, message: Message) -> None:
        self.notes.append(("off", message.payload))
        if message.payload == b"on":
            context.become(self.on)

    def on(self, context: Context, message: Message) -> None:
        self.notes.append(("on", message.payload))
        if message.payload == b"off":
            context.become(None)
        if message.payload == b"fail":
            raise Failing


@pytest.mark.parametrize("together", [True, False])
def test_from_the_next_message_on(engine: Engine, together: bool) -> None:
    notes: list[Any] = []
    ref = engine.spawn(Switch, notes)
    for payload in (b"a", b"on", b"b", b"c", b"off", b"d"):
        ref.tell(payload)
        if not together:
            engine.run_until_idle()
    engine.run_until_idle()
    assert notes == [
        ("off", b"a"), ("off", b"on"), ("on", b"b"), ("on", b"c"), ("on", b"off"), ("off", b"d"),
    ]  # fmt: skip


def test_events_follow_too_unless_they_have_a_handler(engine: Engine) -> None:
    notes: list[Any] = []
    ref = engine.spawn(lambda context, message: notes.append("first"))
    context = engine.context(ref)
    context.after(1.0)
    context.after(1.0, lambda context, message: notes.append("handler"))
    context.become(lambda context, message: notes.append("second"))
    engine.advance(1.0)
    engine.run_until_idle()
    assert sorted(notes) == ["handler", "second"]


def test_a_restart_takes_it_back(engine: Engine, logged: Any) -> None:
    notes: list[Any] = []
    boss = engine.spawn(ignore, supervision=Supervision())
    ref = engine.context(boss).spawn_child(Switch, notes)
    ref.tell_many([b"on", b"fail", b"a"])
    engine.run_until_idle()
    assert notes == [("off", b"on"), ("on", b"fail"), ("off", b"a")]
    assert len(logged.errors()) == 1


def test_in_init(engine: Engine) -> None:
    notes: list[Any] = []

    class Ready(Switch):
        def init(self, context: Context) -> None:
            context.become(self.on)

    engine.spawn(Ready, notes).tell(b"a")
    engine.run_until_idle()
    assert notes == [("on", b"a")]


def test_from_outside(engine: Engine) -> None:
    notes: list[Any] = []
    ref = engine.spawn(Switch, notes)
    engine.context(ref).become(lambda context, message: notes.append(message.payload))
    ref.tell(b"a")
    engine.run_until_idle()
    assert notes == [b"a"]


def test_a_function_becomes_another(engine: Engine) -> None:
    notes: list[Any] = []

    def first(context: Context, message: Message) -> None:
        notes.append(1)
        context.become(second)

    def second(context: Context, message: Message) -> None:
        notes.append(2)
        context.become(first)

    engine.spawn(first).tell_many([b""] * 5)
    engine.run_until_idle()
    assert notes == [1, 2, 1, 2, 1]


def test_a_coroutine_function(engine: Engine) -> None:
    notes: list[Any] = []
    server = engine.spawn(lambda context, message: b"reply")

    async def slow(context: Context, message: Message) -> None:
        notes.append(await server.ask(b""))
        context.become(None)

    def first(context: Context, message: Message) -> None:
        notes.append(b"first")
        context.become(slow)

    ref = engine.spawn(first)
    ref.tell_many([b""] * 3)
    engine.run_until_idle()
    assert notes == [b"first", b"reply", b"first"]


def test_replies_of_what_it_has_become(engine: Engine) -> None:
    ref = engine.spawn(ignore)
    engine.context(ref).become(lambda context, message: b"second")
    assert ref.ask(b"") == b"second"


@pytest.mark.parametrize("receive", [7, "receive", object()])
def test_what_cannot_be_called_is_a_type_error(engine: Engine, receive: Any) -> None:
    kept: list[bytes] = []
    ref = engine.spawn(Keeper, kept)
    with pytest.raises(TypeError):
        engine.context(ref).become(receive)
    ref.tell(b"a")
    engine.run_until_idle()
    assert kept == [b"a"]


def test_who_has_ended_becomes_nothing(engine: Engine) -> None:
    context = engine.context(engine.spawn(ignore))
    context.ref.stop()
    engine.run_until_idle()
    with pytest.raises(backstage.NotFound):
        context.become(ignore)
