"""Supervision: who restarts, with what, and when a supervisor gives up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

import backstage
from backstage import (
    Actor,
    Context,
    DeadLetter,
    DeadReason,
    Directive,
    Engine,
    Message,
    Reason,
    Ref,
    Restart,
    Strategy,
    Supervision,
)

from .support import Failing, Keeper, ignore


class Worker(Actor):
    """Fails when it is told so, and notes what happens to it."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self.name = name
        self.notes = notes
        self.count = 0

    def init(self, context: Context) -> None:
        self.notes.append(f"+{self.name}")

    def receive(self, context: Context, message: Message) -> None:
        self.count += 1
        if message.payload == b"fail":
            raise Failing(self.name)
        if message.payload == b"shutdown":
            context.shutdown()
        else:
            self.notes.append(f"{self.name} {self.count}")

    def deinit(self, context: Context, reason: Reason) -> None:
        self.notes.append(f"-{self.name} {reason.name}")


class Boss(Actor):
    """Has workers."""

    supervision: ClassVar[Supervision | None] = Supervision()

    def __init__(self, notes: list[str], names: str = "abc", **options: Any) -> None:
        self.notes = notes
        self.names = names
        self.options = options

    def init(self, context: Context) -> None:
        for name in self.names:
            context.spawn_child(Worker, name, self.notes, id=name, **self.options)

    def receive(self, context: Context, message: Message) -> None:
        if message.type is backstage.MessageType.TERMINATED:
            self.notes.append(f"boss hears {message.event.reason.name}")


def spawn_boss(engine: Engine, notes: list[str], **options: Any) -> Ref:
    boss = engine.spawn(Boss, notes, **options)
    engine.run_until_idle()
    notes.clear()
    return boss


def tell(engine: Engine, id: str, *payloads: bytes) -> None:
    engine.find(id).tell_many(payloads)
    engine.run_until_idle()


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (Strategy.ONE_FOR_ONE, ["-b RESTARTED", "+b"]),
        (Strategy.REST_FOR_ONE, ["-c RESTARTED", "-b RESTARTED", "+b", "+c"]),
        (
            Strategy.ONE_FOR_ALL,
            ["-c RESTARTED", "-b RESTARTED", "-a RESTARTED", "+a", "+b", "+c"],
        ),
    ],
)
def test_who_restarts(engine: Engine, logged: Any, strategy: Strategy, expected: list[str]) -> None:
    notes: list[str] = []
    spawn_boss(engine, notes, supervision=Supervision(strategy))
    tell(engine, "b", b"fail")
    assert notes == expected
    assert [str(error) for error in logged.errors()] == ["b"]


def test_a_restart_makes_a_new_object_and_keeps_ref_and_inbox(
    engine: Engine, logged: Any, letters: list[DeadLetter]
) -> None:
    notes: list[str] = []
    spawn_boss(engine, notes, names="a")
    before = engine.find("a")
    tell(engine, "a", b"x", b"x", b"fail", b"x")
    assert notes == ["a 1", "a 2", "-a RESTARTED", "+a", "a 1"]
    assert engine.find("a") == before
    assert [(letter.payload, letter.reason) for letter in letters] == [(b"fail", DeadReason.FAILED)]
    assert engine.actor_statistics(before).restarts == 1
    counts = engine.statistics()
    assert (counts.failures, counts.restarts) == (1, 1)
    logged.take()


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


@pytest.mark.parametrize(
    ("directive", "expected"),
    [
        (Directive.RESTART, ["a 1", "-a RESTARTED", "+a", "a 1"]),
        (Directive.RESUME, ["a 1", "a 3"]),
        (Directive.STOP, ["a 1", "-a FAILED", "boss hears FAILED"]),
    ],
)
def test_what_follows_a_failure(
    engine: Engine, logged: Any, directive: Directive, expected: list[str]
) -> None:
    notes: list[str] = []
    spawn_boss(engine, notes, names="a", supervision=Supervision(directive=directive))
    tell(engine, "a", b"x", b"fail", b"x")
    assert notes == expected
    assert len(logged.errors()) == 1


def test_without_supervision_a_child_that_fails_stops(engine: Engine, logged: Any) -> None:
    notes: list[str] = []

    class Lax(Boss):
        supervision = None

    engine.spawn(Lax, notes, names="a")
    engine.run_until_idle()
    tell(engine, "a", b"fail")
    assert notes == ["+a", "-a FAILED", "boss hears FAILED"]
    assert len(logged.errors()) == 1


@pytest.mark.parametrize(
    ("restart", "payload", "expected"),
    [
        (Restart.PERMANENT, b"fail", ["-a RESTARTED", "+a"]),
        (Restart.PERMANENT, b"shutdown", ["-a RESTARTED", "+a"]),
        (Restart.TRANSIENT, b"fail", ["-a RESTARTED", "+a"]),
        (Restart.TRANSIENT, b"shutdown", ["-a NORMAL"]),
        (Restart.TEMPORARY, b"fail", ["-a FAILED", "boss hears FAILED"]),
        (Restart.TEMPORARY, b"shutdown", ["-a NORMAL"]),
    ],
)
def test_a_child_s_part_in_it(
    engine: Engine, logged: Any, restart: Restart, payload: bytes, expected: list[str]
) -> None:
    notes: list[str] = []

    class Part(Boss):
        def init(self, context: Context) -> None:
            context.spawn_child(Worker, "a", notes, id="a", restart=restart)

    engine.spawn(Part, notes)
    engine.run_until_idle()
    notes.clear()
    tell(engine, "a", payload)
    assert notes == expected
    assert len(logged.errors()) == (payload == b"fail")


def test_a_supervisor_gives_up_after_so_many_restarts(engine: Engine, logged: Any) -> None:
    notes: list[str] = []
    boss = spawn_boss(engine, notes, names="a", supervision=Supervision(restarts_max=2))
    tell(engine, "a", b"fail", b"fail")
    assert boss.is_alive()
    engine.find("a").tell(b"fail")
    with pytest.raises(backstage.UserStatus) as error:
        engine.run_until_idle()
    assert isinstance(error.value.__cause__, Failing)
    engine.run_until_idle()
    assert not boss.is_alive()
    assert notes[-1] == "-a FAILED"
    *failures, last = logged.take()
    assert len(failures) == 3
    assert "too many restarts" in last.getMessage()


def test_restarts_beyond_the_window_do_not_count(engine: Engine, logged: Any) -> None:
    notes: list[str] = []
    boss = spawn_boss(
        engine, notes, names="a", supervision=Supervision(restarts_max=1, window=10.0)
    )
    for _ in range(5):
        tell(engine, "a", b"fail")
        engine.advance(10.1)
        engine.run_until_idle()
    assert boss.is_alive()
    assert len(logged.errors()) == 5


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
