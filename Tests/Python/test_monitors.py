"""Monitors: being told of another's end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import Actor, Context, Engine, Message, MessageType, Reason, Ref, Supervision

from .support import fail, ignore


class Watchman(Actor):
    """Notes who has ended, and why."""

    def __init__(self, notes: list[Any]) -> None:
        self.notes = notes

    def receive(self, context: Context, message: Message) -> None:
        assert message.type is MessageType.TERMINATED
        self.notes.append((message.sender, message.event.reason))


def spawn_watchman(engine: Engine, notes: list[Any]) -> Context:
    return engine.context(engine.spawn(Watchman, notes))


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (lambda ref, engine: ref.stop(), Reason.STOPPED),
        (lambda ref, engine: ref.poison(), Reason.STOPPED),
        (lambda ref, engine: ref.drain(), Reason.STOPPED),
        (lambda ref, engine: engine.context(ref).shutdown(), Reason.NORMAL),
        (lambda ref, engine: (ref.tell(b""), ref.drain(0.0)), Reason.KILLED),
    ],
)
def test_the_reason(engine: Engine, end: Callable[[Ref, Engine], Any], reason: Reason) -> None:
    notes: list[Any] = []
    ref = engine.spawn(ignore)
    assert spawn_watchman(engine, notes).monitor(ref) == ref
    end(ref, engine)
    engine.run_until_idle()
    assert notes == [(ref, reason)]


def test_a_failure_s_status_and_origin(engine: Engine, logged: Any) -> None:
    events: list[Any] = []
    parent = engine.spawn(ignore)
    child = engine.context(parent).spawn_child(fail)
    grandchild = engine.context(child).spawn_child(ignore)
    listener = engine.spawn(lambda context, message: events.append(message.event))
    for ref in (child, grandchild):
        engine.context(listener).monitor(ref)
    child.tell(b"")
    engine.run_until_idle()
    below, above = events
    assert above == (Reason.FAILED, -1000, child, Reason.FAILED)
    assert below == (Reason.STOPPED, -1000, child, Reason.FAILED)
    assert len(logged.errors()) == 1


def test_who_has_ended_already(engine: Engine) -> None:
    notes: list[Any] = []
    ended = engine.spawn(ignore)
    ended.stop()
    engine.run_until_idle()
    context = spawn_watchman(engine, notes)
    assert context.monitor(ended) == ended
    engine.run_until_idle()
    assert notes == [(ended, Reason.NOT_FOUND)]


def test_by_id(engine: Engine) -> None:
    notes: list[Any] = []
    context = spawn_watchman(engine, notes)
    ref = engine.spawn(ignore, id="somebody")
    assert context.monitor("somebody") == ref
    assert context.monitor("nobody") is None
    ref.stop()
    engine.run_until_idle()
    assert sorted(notes, key=repr) == sorted(
        [(None, Reason.NOT_FOUND), (ref, Reason.STOPPED)], key=repr
    )
    with pytest.raises(backstage.InvalidId):
        context.monitor("")


def test_twice_is_once(engine: Engine) -> None:
    notes: list[Any] = []
    context = spawn_watchman(engine, notes)
    ref = engine.spawn(ignore, id="x")
    for again in (ref, "x", ref, "x"):
        assert context.monitor(again) == ref
    ref.stop()
    engine.run_until_idle()
    assert len(notes) == 1


def test_unmonitor(engine: Engine) -> None:
    notes: list[Any] = []
    context = spawn_watchman(engine, notes)
    ref = engine.spawn(ignore)
    with pytest.raises(backstage.NotMonitored):
        context.unmonitor(ref)
    context.monitor(ref)
    context.unmonitor(ref)
    with pytest.raises(backstage.NotMonitored):
        context.unmonitor(ref)
    context.monitor(ref)
    ref.stop()
    engine.run_until_idle()
    assert notes == [(ref, Reason.STOPPED)]


def test_oneself_and_others_of_another_engine(make_engine: Callable[..., Engine]) -> None:
    one, other = make_engine(), make_engine()
    context = one.context(one.spawn(ignore))
    stranger = other.spawn(ignore)
    with pytest.raises(backstage.InvalidArgument):
        context.monitor(context.ref)
    with pytest.raises(backstage.OtherEngine):
        context.monitor(stranger)
    with pytest.raises(backstage.OtherEngine):
        context.unmonitor(stranger)


def test_a_restart_is_no_end(engine: Engine, logged: Any) -> None:
    notes: list[Any] = []
    boss = engine.spawn(ignore, supervision=Supervision())
    child = engine.context(boss).spawn_child(fail)
    spawn_watchman(engine, notes).monitor(child)
    child.tell(b"")
    engine.run_until_idle()
    assert notes == []
    child.stop()
    engine.run_until_idle()
    assert notes == [(child, Reason.STOPPED)]
    assert len(logged.errors()) == 1


def test_it_is_one_way_and_ends_with_who_asked(engine: Engine) -> None:
    notes: list[Any] = []
    context = spawn_watchman(engine, notes)
    ref = engine.spawn(ignore)
    context.monitor(ref)
    context.ref.stop()
    engine.run_until_idle()
    assert ref.is_alive()
    ref.stop()
    engine.run_until_idle()
    assert notes == []


def test_many_watch_one_and_one_watches_many(engine: Engine) -> None:
    notes: list[Any] = []
    contexts = [spawn_watchman(engine, notes) for _ in range(10)]
    refs = [engine.spawn(ignore) for _ in range(10)]
    for context in contexts:
        for ref in refs:
            context.monitor(ref)
    for ref in refs:
        ref.stop()
    engine.run_until_idle()
    assert len(notes) == 100
    assert {sender for sender, _ in notes} == set(refs)
