"""The ledger, and an actor's share in it."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import ActorStatistics, Context, Engine, Message, Overflow, Statistics, Supervision

from .support import Keeper, fail, ignore, inside, ledger_holds


def test_at_first_nothing(engine: Engine) -> None:
    counts = engine.statistics()
    assert isinstance(counts, Statistics)
    assert counts._replace(memory_bytes=0, polls=0) == Statistics(*[0] * 11)
    assert counts.memory_bytes > 0


def test_an_actor_s_at_first(engine: Engine) -> None:
    counts = engine.actor_statistics(engine.spawn(ignore))
    assert isinstance(counts, ActorStatistics)
    assert counts._replace(memory_bytes=0) == ActorStatistics(*[0] * 7)


def test_what_is_counted(engine: Engine, logged: Any) -> None:
    boss = engine.spawn(ignore, supervision=Supervision())
    sick = engine.context(boss).spawn_child(fail)
    keeper = engine.spawn(Keeper, [], capacity=2, overflow=Overflow.DROP_NEWEST)
    keeper.tell_many([b"a", b"b", b"c"])
    sick.tell(b"")
    engine.context(boss).after(0.0)
    counts = engine.statistics()
    assert (counts.accepted, counts.handled, counts.dead, counts.queued) == (4, 0, 1, 3)
    engine.run_until_idle()
    counts = engine.statistics()
    assert (counts.accepted, counts.handled, counts.dead, counts.queued) == (4, 2, 2, 0)
    assert (counts.events, counts.failures, counts.restarts) == (1, 1, 1)
    assert (counts.actors, counts.spawned) == (3, 3)
    own = engine.actor_statistics(keeper)
    assert (own.handled, own.dead, own.queued, own.queued_max) == (2, 1, 0, 2)
    own = engine.actor_statistics(sick)
    assert (own.handled, own.dead, own.restarts) == (0, 1, 1)
    logged.take()


def test_a_message_in_hand_is_queued(engine: Engine) -> None:
    def look(context: Context) -> None:
        counts = engine.statistics()
        assert (counts.accepted, counts.handled, counts.queued) == (1, 0, 1)
        own = engine.actor_statistics(context.ref)
        assert (own.queued, own.handled) == (1, 0)

    inside(engine, look)


def test_the_ledger_holds_inside_every_callback(engine: Engine) -> None:
    ref = engine.spawn(Keeper, [], capacity=10, overflow=Overflow.DROP_OLDEST)
    held: list[bool] = []

    def receive(context: Context, message: Message) -> None:
        held.append(ledger_holds(engine))
        ref.tell(b"")
        held.append(ledger_holds(engine))
        ref.tell_many([b""] * 3)
        ref.tell(b"")
        held.append(ledger_holds(engine))

    engine.spawn(receive).tell_many([b""] * 50)
    while engine.statistics().queued:
        engine.run_no_wait()
        held.append(ledger_holds(engine))
    assert all(held)
    assert len(held) > 150


def test_of_who_has_ended_there_are_none(engine: Engine) -> None:
    ref = engine.spawn(ignore)
    ref.stop()
    engine.run_until_idle()
    with pytest.raises(backstage.NotFound):
        engine.actor_statistics(ref)


def test_memory_comes_back(engine: Engine) -> None:
    ref = engine.spawn(Keeper, [], capacity=10_000)
    ref.tell_many([bytes(1000)] * 1000)
    assert engine.actor_statistics(ref).memory_bytes > 1_000_000
    engine.run_until_idle()
    assert engine.actor_statistics(ref).memory_bytes < 1_000_000
