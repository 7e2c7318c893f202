"""Running an engine: until stopped, until idle, once, and without waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import Clock, Context, Engine, Message

from .support import Keeper, ignore


def real(make_engine: Callable[..., Engine]) -> Engine:
    return make_engine(clock=Clock.MONOTONIC)


def test_until_idle(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    def count_down(context: Context, message: Message) -> None:
        number = int(message.payload)
        keeper.tell(message.payload)
        if number:
            context.ref.tell(b"%d" % (number - 1))

    engine.spawn(count_down).tell(b"5")
    assert engine.run_until_idle() is True
    assert kept == [b"5", b"4", b"3", b"2", b"1", b"0"]
    assert engine.run_until_idle() is True


def test_until_idle_does_not_wait_for_timers(make_engine: Callable[..., Engine]) -> None:
    engine = real(make_engine)
    engine.context(engine.spawn(ignore)).after(3600.0)
    assert engine.run_until_idle() is True


def test_until_the_time_is_over(make_engine: Callable[..., Engine]) -> None:
    engine = real(make_engine)
    began = engine.now()
    for timeout in (0, 0.0, 0.001):
        assert engine.run(timeout) is False
    assert engine.now() >= began + 0.001


def test_until_stopped(make_engine: Callable[..., Engine]) -> None:
    engine = real(make_engine)
    calls: list[int] = []

    def due(context: Context, message: Message) -> None:
        calls.append(len(calls))
        if len(calls) == 3:
            engine.stop()

    engine.context(engine.spawn(ignore)).every(0.0001, due)
    assert engine.run() is True
    assert calls == [0, 1, 2]


def test_a_stop_before_the_run_ends_it_at_once(engine: Engine) -> None:
    kept: list[bytes] = []
    engine.spawn(Keeper, kept).tell(b"x")
    engine.stop()
    assert engine.run() is True
    assert kept == []
    assert engine.run_until_idle() is True
    assert kept == [b"x"]


def test_once(make_engine: Callable[..., Engine]) -> None:
    engine = real(make_engine)
    kept: list[Any] = []
    keeper = engine.spawn(Keeper, kept)
    engine.run_until_idle()
    assert engine.run_once(0.0) is False
    engine.context(keeper).after(0.0005, lambda context, message: kept.append("timer"))
    while "timer" not in kept:
        assert engine.run_once() is True
    keeper.tell(b"x")
    assert engine.run_once() is True
    assert kept == ["timer", b"x"]


def test_without_waiting(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept, budget=2)
    assert engine.run_no_wait() is True
    keeper.tell_many([b"%d" % number for number in range(5)])
    for count in (2, 4, 5, 5):
        assert engine.run_no_wait() is True
        assert len(kept) == count


@pytest.mark.parametrize("timeout", [-1, -0.5, float("nan")])
def test_what_is_no_time(engine: Engine, timeout: float) -> None:
    for run in (engine.run, engine.run_until_idle, engine.run_once):
        with pytest.raises(backstage.InvalidArgument):
            run(timeout)
    assert engine.run_until_idle()


def test_it_shows_whether_it_runs(engine: Engine) -> None:
    shown: list[str] = []
    engine.spawn(lambda context, message: shown.append(repr(engine))).tell(b"")
    engine.run_until_idle()
    assert shown == ["<Engine, running>"]
    assert repr(engine) == "<Engine, open>"


def test_what_the_actors_share_is_as_before_after_each_run(engine: Engine) -> None:
    def fail_halfway(context: Context, message: Message) -> None:
        message.view()
        keeper.tell(b"x")
        keeper.tell(b"x")
        raise SystemExit

    keeper = engine.spawn(Keeper, [])
    engine.spawn(fail_halfway).tell(b"long" * 100)
    with pytest.raises(SystemExit):
        engine.run()
    core = engine._core
    assert core.acting is None
    assert not core.running
    assert not core.stepping
    assert not core.touched
    assert not core.views
    assert core.error is None
    assert engine.run_until_idle()
    assert engine.actor_statistics(keeper).handled == 2
