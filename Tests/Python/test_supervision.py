"""Supervision: who restarts, with what, and when a supervisor gives up."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import (
    Context,
    DeadLetter,
    DeadReason,
    Directive,
    Engine,
    Restart,
    Strategy,
    Supervision,
)

from .support import Failing
from .support_supervision import Boss, Worker, spawn_boss, tell


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
