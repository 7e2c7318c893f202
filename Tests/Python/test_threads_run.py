"""Engines that run on threads of their own, and are ended or moved."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Clock,
    Context,
    Engine,
    Message,
    Ref,
)

from .support import (
    SECONDS_MAX,
    Keeper,
    echo,
    elsewhere,
    ignore,
    tell_all,
)


@pytest.mark.parametrize("end", [Ref.stop, Ref.poison, Ref.drain])
def test_actors_are_ended_from_elsewhere(engine: Engine, end: Callable[[Ref], None]) -> None:
    ref = engine.spawn(ignore)
    elsewhere(lambda: end(ref))
    assert ref.is_alive()
    engine.run_until_idle()
    assert not ref.is_alive()


def test_who_has_ended_is_stopped_in_vain_from_elsewhere(engine: Engine, logged: Any) -> None:
    ref = engine.spawn(ignore)
    ref.stop()
    engine.run_until_idle()
    elsewhere(ref.stop)
    engine.run_until_idle()
    for record in logged.take():
        assert record.levelname == "WARNING"


def test_stop_from_elsewhere(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(clock=Clock.MONOTONIC)
    timer = threading.Timer(0.0, engine.stop)
    timer.start()
    assert engine.run() is True
    timer.join()


def test_start_and_join(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(clock=Clock.MONOTONIC)
    server = engine.spawn(echo)
    for _ in range(3):
        engine.start()
        with pytest.raises(backstage.InCallback):
            engine.start()
        with pytest.raises((backstage.WrongThread, backstage.InCallback)):
            engine.run()
        assert server.ask(b"x") == b"x"
        assert engine.join(0) is False
        engine.stop()
        assert engine.join(SECONDS_MAX) is True
        assert engine.join() is True
        assert server.ask(b"y") == b"y"


def test_a_close_stops_and_joins(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(clock=Clock.MONOTONIC)
    ended: list[str] = []

    class Ends(Actor):
        def receive(self, context: Context, message: Message) -> None: ...

        def deinit(self, context: Context, reason: backstage.Reason) -> None:
            ended.append(reason.name)

    engine.spawn(Ends)
    with engine:
        engine.start()
    assert ended == ["ENGINE_ENDED"]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_what_ends_the_run_there_is_raised_by_join(
    make_engine: Callable[..., Engine], error: BaseException
) -> None:
    def leave(context: Context, message: Message) -> None:
        raise error

    engine = make_engine(clock=Clock.MONOTONIC)
    ref = engine.spawn(leave)
    engine.start()
    ref.tell(b"")
    with pytest.raises(type(error)):
        engine.join(SECONDS_MAX)
    assert engine.run_until_idle()


def test_after_a_drain_other_threads_are_served_again(engine: Engine) -> None:
    engine.drain()
    assert engine.run()
    server = engine.spawn(echo)
    future = elsewhere(lambda: server.ask(b"x", block=False))
    engine.run_until_idle()
    assert future.get() == b"x"
    elsewhere(server.stop)
    engine.run_until_idle()
    assert not server.is_alive()


def test_an_engine_moves_from_thread_to_thread(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)
    relay = engine.spawn(lambda context, message: tell_all(keeper, [message.payload] * 2))

    def run() -> None:
        engine.adopt()
        relay.tell(b"there")
        engine.run_until_idle()

    for _ in range(3):
        elsewhere(run)
        engine.adopt()
        relay.tell(b"here")
        engine.run_until_idle()
    assert kept == [b"there", b"there", b"here", b"here"] * 3
