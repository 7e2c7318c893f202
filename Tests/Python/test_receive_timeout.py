"""Being told that nothing has come for a while."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import Actor, Context, Engine, Message

from .support import ignore, pass_time


class Waiting(Actor):
    """Notes what comes."""

    def __init__(self, notes: list[str], seconds: float | None) -> None:
        self.notes = notes
        self.seconds = seconds

    def init(self, context: Context) -> None:
        context.receive_timeout(self.seconds)

    def receive(self, context: Context, message: Message) -> None:
        self.notes.append(message.type.name)


def test_it_comes_again_and_again(engine: Engine) -> None:
    notes: list[str] = []
    engine.spawn(Waiting, notes, 1.0)
    engine.run_until_idle()
    pass_time(engine, 0.9, 0.1, 0.9, 0.1)
    assert notes == ["RECEIVE_TIMEOUT"] * 2


def test_what_comes_puts_it_off(engine: Engine) -> None:
    notes: list[str] = []
    ref = engine.spawn(Waiting, notes, 1.0)
    engine.run_until_idle()
    for _ in range(5):
        pass_time(engine, 0.9)
        ref.tell(b"")
        engine.run_until_idle()
    assert notes == ["SEND"] * 5
    pass_time(engine, 0.9, 0.1)
    assert notes[5:] == ["RECEIVE_TIMEOUT"]


@pytest.mark.parametrize("nothing", [None, 0, 0.0])
def test_it_can_be_taken_back(engine: Engine, nothing: Any) -> None:
    notes: list[str] = []
    ref = engine.spawn(Waiting, notes, 1.0)
    engine.run_until_idle()
    engine.context(ref).receive_timeout(nothing)
    pass_time(engine, 5.0)
    assert notes == []


def test_a_time_too_short_to_tell_is_a_time(engine: Engine) -> None:
    notes: list[str] = []
    engine.spawn(Waiting, notes, 1e-12)
    engine.run_until_idle()
    pass_time(engine, 1.0)
    assert notes


def test_its_event(engine: Engine) -> None:
    events: list[Any] = []
    ref = engine.spawn(lambda context, message: events.append((message.event, message.token)))
    engine.run_until_idle()
    engine.context(ref).receive_timeout(1.5)
    pass_time(engine, 1.5)
    assert events == [((1.5, 1), 0)]


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
def test_what_is_no_time(engine: Engine, seconds: float) -> None:
    context = engine.context(engine.spawn(ignore))
    with pytest.raises(backstage.InvalidArgument):
        context.receive_timeout(seconds)
