"""Restarts: when, and what is as before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backstage import (
    Actor,
    Context,
    Engine,
    Message,
    Reason,
    Strategy,
    Supervision,
)

from .support import Failing, Keeper, ignore
from .support_supervision import Worker, spawn_boss, tell


def test_a_function_restarts_as_it_is(engine: Engine, logged: Any) -> None:
    seen: list[bytes] = []

    def work(context: Context, message: Message) -> None:
        seen.append(message.payload)
        if message.payload == b"fail":
            raise Failing

    boss = engine.spawn(Keeper, [], supervision=Supervision())
    child = engine.context(boss).spawn_child(work)
    child.tell_many([b"a", b"fail", b"b"])
    engine.run_until_idle()
    assert seen == [b"a", b"fail", b"b"]
    assert child.is_alive()
    logged.take()


def test_backoff(engine: Engine, logged: Any) -> None:
    notes: list[str] = []
    supervision = Supervision(restarts_max=10, window=60.0, backoff=1.0, backoff_max=3.0)
    spawn_boss(engine, notes, names="a", supervision=supervision)
    for wait in (1.0, 2.0, 3.0, 3.0):
        notes.clear()
        tell(engine, "a", b"fail", b"x")
        assert notes == ["-a RESTARTED"]
        engine.advance(wait - 0.001)
        engine.run_until_idle()
        assert notes == ["-a RESTARTED"]
        engine.advance(0.001)
        engine.run_until_idle()
        assert notes == ["-a RESTARTED", "+a", "a 1"]
    assert len(logged.errors()) == 4


def test_a_group_waits_together(engine: Engine, logged: Any) -> None:
    notes: list[str] = []
    supervision = Supervision(Strategy.ONE_FOR_ALL, backoff=1.0)
    spawn_boss(engine, notes, names="ab", supervision=supervision)
    tell(engine, "a", b"fail")
    assert notes == ["-b RESTARTED", "-a RESTARTED"]
    engine.advance(1.0)
    engine.run_until_idle()
    assert notes[2:] == ["+a", "+b"]
    assert len(logged.errors()) == 1


def test_a_restart_takes_back_what_the_actor_had_started(engine: Engine, logged: Any) -> None:
    notes: list[str] = []

    class Started(Actor):
        def init(self, context: Context) -> None:
            notes.append("init")

        def receive(self, context: Context, message: Message) -> None:
            if message.payload == b"start":
                context.after(1.0, lambda context, message: notes.append("timer"))
                context.every(1.0, self.due)
                context.receive_timeout(1.0)
                context.become(lambda context, message: notes.append("became"))
                raise Failing
            notes.append("receive")

        def due(self, context: Context, message: Message) -> None:
            notes.append("due")

    boss = engine.spawn(ignore, supervision=Supervision())
    child = engine.context(boss).spawn_child(Started)
    child.tell(b"start")
    engine.run_until_idle()
    engine.advance(5.0)
    engine.run_until_idle()
    child.tell(b"")
    engine.run_until_idle()
    assert notes == ["init", "init", "receive"]
    assert len(logged.errors()) == 1


def test_what_fails_in_init_is_supervised_too(engine: Engine, logged: Any) -> None:
    tries: list[int] = []

    class Shaky(Actor):
        def init(self, context: Context) -> None:
            tries.append(1)
            if len(tries) < 3:
                raise Failing

        def receive(self, context: Context, message: Message) -> None:
            tries.append(0)

    boss = engine.spawn(ignore, supervision=Supervision())
    child = engine.context(boss).spawn_child(Shaky)
    child.tell(b"")
    engine.run_until_idle()
    assert tries == [1, 1, 1, 0]
    assert len(logged.errors()) == 2


def test_what_a_constructor_raises_at_a_restart_is_supervised_too(
    engine: Engine, logged: Any
) -> None:
    made: list[int] = []

    class Shaky(Actor):
        def __init__(self) -> None:
            made.append(1)
            if len(made) == 2:
                raise Failing("constructor")

        def receive(self, context: Context, message: Message) -> None:
            if message.payload == b"fail":
                raise Failing("receive")
            made.append(0)

    boss = engine.spawn(ignore, supervision=Supervision())
    child = engine.context(boss).spawn_child(Shaky)
    child.tell_many([b"fail", b""])
    engine.run_until_idle()
    assert made == [1, 1, 1, 0]
    records = logged.take()
    assert "receive" in records[0].getMessage()
    assert "Shaky" in records[1].getMessage()
    assert "constructor" in records[1].getMessage()


def test_what_fails_in_deinit_is_logged_and_the_restart_goes_on(
    engine: Engine, logged: Any
) -> None:
    class Messy(Worker):
        def deinit(self, context: Context, reason: Reason) -> None:
            super().deinit(context, reason)
            raise Failing("deinit")

    notes: list[str] = []
    boss = engine.spawn(ignore, supervision=Supervision())
    child = engine.context(boss).spawn_child(Messy, "a", notes)
    child.tell_many([b"fail", b"x"])
    engine.run_until_idle()
    assert notes == ["+a", "-a RESTARTED", "+a", "a 1"]
    child.stop()
    engine.run_until_idle()
    assert notes[-1] == "-a STOPPED"
    assert [str(error) for error in logged.errors()] == ["a", "deinit", "deinit"]
    assert engine.statistics().failures == 3


def test_the_same_seed_gives_the_same_waits(
    make_engine: Callable[..., Engine], logged: Any
) -> None:
    def play(seed: int) -> list[float]:
        engine = make_engine(seed=seed)
        notes: list[str] = []
        supervision = Supervision(restarts_max=50, backoff=1.0, backoff_max=1.0, jitter_percent=50)
        spawn_boss(engine, notes, names="a", supervision=supervision)
        waits = []
        for _ in range(5):
            notes.clear()
            tell(engine, "a", b"fail")
            began = engine.now()
            while "+a" not in notes:
                engine.advance(0.01)
                engine.run_until_idle()
            waits.append(engine.now() - began)
        return waits

    assert play(1) == play(1)
    assert play(1) != play(2)
    assert all(0.5 <= wait <= 1.01 for wait in play(3))
    assert len(logged.errors()) == 25
