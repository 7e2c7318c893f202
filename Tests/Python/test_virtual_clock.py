"""The virtual clock, and runs that can be repeated."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import Clock, Context, Engine, Message, Ref

from .support import ignore, inside, spin


def test_it_begins_at_zero_and_moves_only_by_hand(engine: Engine) -> None:
    assert (engine.now(), engine.now_ns()) == (0.0, 0)
    engine.run_until_idle()
    assert engine.now_ns() == 0
    engine.advance(1.5)
    assert (engine.now(), engine.now_ns()) == (1.5, 1_500_000_000)
    engine.advance(0)
    engine.advance(0.000000001)
    assert engine.now_ns() == 1_500_000_001


def test_tenths_add_up(engine: Engine) -> None:
    for _ in range(10):
        engine.advance(0.1)
    assert engine.now_ns() == 1_000_000_000


@pytest.mark.parametrize("seconds", [None, -1, 1e30])
def test_what_it_cannot_be_advanced_by(engine: Engine, seconds: Any) -> None:
    engine.advance(1.0)
    with pytest.raises(backstage.InvalidArgument):
        engine.advance(seconds)
    assert engine.now() == 1.0


def test_a_run_with_a_timeout_does_not_wait(engine: Engine) -> None:
    engine.context(engine.spawn(ignore)).after(10.0)
    assert engine.run(timeout=5.0) is False
    assert engine.run(0) is False
    assert engine.run_until_idle(1.0) is True
    assert engine.now() == 0.0


def test_inside_a_callback_time_may_pass(engine: Engine) -> None:
    notes: list[Any] = []
    timed = engine.context(engine.spawn(lambda context, message: notes.append(message.event.due)))
    timed.after(1.0)
    timed.after(3.0)
    inside(engine, lambda context: engine.advance(2.0))
    engine.run_until_idle()
    assert notes == [1.0]
    assert engine.now() == 2.0


def test_a_real_clock_cannot_be_advanced(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(clock=Clock.MONOTONIC)
    before = engine.now_ns()
    with pytest.raises(backstage.NotVirtual):
        engine.advance(1.0)
    assert engine.now_ns() >= before > 0


def test_a_real_clock_s_timers_are_never_early(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(clock=Clock.MONOTONIC)
    dues: list[tuple[float, float]] = []

    def handle(context: Context, message: Message) -> None:
        dues.append((message.event.due, engine.now()))
        if len(dues) == 3:
            engine.stop()

    began = engine.now()
    engine.context(engine.spawn(ignore)).every(0.001, handle)
    assert engine.run(60.0)
    assert len(dues) == 3
    assert all(began + 0.001 <= due <= now for due, now in dues)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_gives_the_same_run(make_engine: Callable[..., Engine], seed: int) -> None:
    def play() -> list[Any]:
        engine = make_engine(seed=seed)
        chance = random.Random(seed)
        notes: list[Any] = []
        refs: list[Ref] = []

        def receive(context: Context, message: Message) -> None:
            number = refs.index(context.ref)
            notes.append((number, message.type.name, bytes(message.payload[:4])))
            if len(notes) < 300:
                refs[chance.randrange(5)].tell(b"%d" % len(notes))
                if chance.random() < 0.3:
                    context.after(chance.random())

        refs += [engine.spawn(receive) for _ in range(5)]
        for ref in refs:
            ref.tell(b"go")
        for _ in range(20):
            engine.run_until_idle()
            engine.advance(0.1)
        return notes

    assert play() == play()


def test_what_takes_long_changes_nothing(make_engine: Callable[..., Engine]) -> None:
    def play(seconds: float) -> list[str]:
        engine = make_engine()
        order: list[str] = []

        def receive(context: Context, message: Message) -> None:
            order.append(context.id)
            spin(seconds)

        for name in "ab":
            engine.spawn(receive, id=name).tell_many([b""] * 100)
        engine.run_until_idle()
        return order

    assert play(0.0) == play(0.0005)
