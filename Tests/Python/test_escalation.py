"""Failures that go up: from supervisor to supervisor, and past the top out of the run."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import Actor, Context, Directive, Engine, Message, Reason, Ref, Supervision

from .support import Failing, fail, ignore

ESCALATE = Supervision(directive=Directive.ESCALATE)


class Level(Actor):
    """A supervisor with one child, who may be another."""

    def __init__(self, notes: list[str], *below: Any) -> None:
        self.notes = notes
        self.below = below

    def init(self, context: Context) -> None:
        self.notes.append(f"+{context.id}")
        if self.below:
            (id, supervision), *below = self.below
            context.spawn_child(Level, self.notes, *below, id=id, supervision=supervision)
        else:
            context.spawn_child(fail, id="bottom")

    def receive(self, context: Context, message: Message) -> None:
        self.notes.append(f"{context.id} hears {message.event.reason.name}")

    def deinit(self, context: Context, reason: Reason) -> None:
        self.notes.append(f"-{context.id} {reason.name}" if context.id else "-")


def spawn_levels(engine: Engine, notes: list[str], *levels: Supervision | None) -> Ref:
    (top, *below) = [(f"level{number}", level) for number, level in enumerate(levels)]
    ref = engine.spawn(Level, notes, *below, id=top[0], supervision=top[1])
    engine.run_until_idle()
    notes.clear()
    return ref


def test_past_the_top_it_leaves_the_run(engine: Engine, logged: Any) -> None:
    notes: list[str] = []
    spawn_levels(engine, notes, ESCALATE, ESCALATE)
    engine.find("bottom").tell(b"why")
    with pytest.raises(backstage.UserStatus) as error:
        engine.run_until_idle()
    assert error.value.status == -1000
    assert isinstance(error.value.__cause__, Failing)
    assert error.value.__cause__.args == (b"why",)
    # What it ends, it ends when the engine runs on.
    engine.run_until_idle()
    assert notes == ["-level1 STOPPED", "-level0 FAILED"] or notes == [
        "-level1 FAILED",
        "-level0 FAILED",
    ]
    assert engine.actors() == []
    assert isinstance(logged.errors()[0], Failing)
    logged.take()


def test_a_supervisor_on_the_way_restarts_its_child(engine: Engine, logged: Any) -> None:
    notes: list[str] = []
    spawn_levels(engine, notes, Supervision(), ESCALATE)
    before = engine.find("bottom")
    engine.find("bottom").tell(b"")
    engine.run_until_idle()
    assert notes == ["-level1 RESTARTED", "+level1"]
    assert engine.find("bottom") != before
    assert isinstance(logged.errors()[0], Failing)
    logged.take()


def test_a_supervisor_on_the_way_stops_its_child(engine: Engine, logged: Any) -> None:
    notes: list[str] = []
    spawn_levels(engine, notes, Supervision(directive=Directive.STOP), ESCALATE)
    engine.find("bottom").tell(b"")
    engine.run_until_idle()
    assert notes == ["-level1 FAILED", "level0 hears FAILED"]
    logged.take()


def test_a_supervisor_on_the_way_resumes(engine: Engine, logged: Any) -> None:
    notes: list[str] = []
    spawn_levels(engine, notes, Supervision(directive=Directive.RESUME), ESCALATE)
    before = engine.find("bottom")
    before.tell(b"")
    engine.run_until_idle()
    assert notes == []
    assert engine.find("bottom") == before
    logged.take()


def test_without_a_supervisor_a_failure_leaves_no_run(engine: Engine, logged: Any) -> None:
    ref = engine.spawn(fail)
    ref.tell(b"")
    assert engine.run_until_idle()
    assert not ref.is_alive()
    assert len(logged.errors()) == 1


@pytest.mark.parametrize(
    "error",
    [backstage.InboxFull(), backstage.Timeout("late"), backstage.Limit(), backstage.NotFound()],
    ids=lambda error: type(error).__name__,
)
def test_a_status_leaves_the_run_as_its_own_class(
    engine: Engine, logged: Any, error: backstage.BackstageError
) -> None:
    def raise_it(context: Context, message: Message) -> None:
        raise error

    top = engine.spawn(ignore, supervision=ESCALATE)
    engine.context(top).spawn_child(raise_it).tell(b"")
    # TIMEOUT says of a run that its time is over: as a failure it is a status of the user's.
    late = isinstance(error, backstage.Timeout)
    with pytest.raises(backstage.UserStatus if late else type(error)) as raised:
        engine.run_until_idle()
    assert raised.value.__cause__ is error
    assert logged.errors()[0] is error
    logged.take()


def test_a_class_of_one_s_own_that_is_made_otherwise(engine: Engine, logged: Any) -> None:
    class Odd(backstage.BackstageError):
        status = -4321

        def __init__(self, first: int, second: int) -> None:
            super().__init__(f"{first} {second}")

    def raise_it(context: Context, message: Message) -> None:
        raise Odd(1, 2)

    top = engine.spawn(ignore, supervision=ESCALATE)
    engine.context(top).spawn_child(raise_it).tell(b"")
    with pytest.raises(backstage.BackstageError) as raised:
        engine.run_until_idle()
    assert raised.value.status == -4321
    assert isinstance(raised.value.__cause__, Odd)
    logged.take()


@pytest.mark.parametrize("status", [0, 5, -(2**31) - 1, -(2**40), None, "x", 1.5])
def test_a_status_that_is_none_is_a_failure_nevertheless(
    engine: Engine, logged: Any, status: Any
) -> None:
    class Odd(backstage.BackstageError):
        pass

    def raise_it(context: Context, message: Message) -> None:
        error = Odd()
        error.status = status
        raise error

    ref = engine.spawn(raise_it)
    ref.tell(b"")
    engine.run_until_idle()
    assert not ref.is_alive()
    assert engine.statistics().failures == 1
    assert len(logged.errors()) == 1


def test_an_older_failure_is_no_cause_of_another(engine: Engine, logged: Any) -> None:
    engine.spawn(fail).tell(b"older")
    engine.run_until_idle()
    assert len(logged.errors()) == 1
    # It only shuts itself down, too often: the status is LIMIT, and nothing has raised it.
    top = engine.spawn(ignore, supervision=Supervision(restarts_max=1))
    child = engine.context(top).spawn_child(lambda context, message: context.shutdown())
    child.tell_many([b"x", b"x"])
    with pytest.raises(backstage.Limit) as raised:
        engine.run_until_idle()
    assert raised.value.__cause__ is None
    logged.take()


def test_the_engine_can_go_on(engine: Engine, logged: Any) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(lambda context, message: kept.append(message.payload))
    top = engine.spawn(ignore, supervision=ESCALATE)
    engine.context(top).spawn_child(fail).tell(b"")
    keeper.tell(b"a")
    with pytest.raises(backstage.UserStatus):
        engine.run()
    keeper.tell(b"b")
    assert engine.run_until_idle()
    assert kept == [b"a", b"b"]
    logged.take()
