"""Nobody is kept waiting by who has much to do, or takes long."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from backstage import Clock, Context, Engine, Events, Message

from .support import ignore, spin


@pytest.mark.parametrize("budget", [1, 4, 64])
def test_actors_take_turns(engine: Engine, budget: int) -> None:
    order: list[str] = []

    def note(name: str) -> Callable[[Context, Message], None]:
        return lambda context, message: order.append(name)

    for name in "ab":
        engine.spawn(note(name), budget=budget).tell_many([b""] * 200)
    engine.run_until_idle()
    assert len(order) == 400
    longest = run = 1
    for one, other in pairwise(order[:300]):
        run = run + 1 if one == other else 1
        longest = max(longest, run)
    assert longest <= budget


@pytest.mark.parametrize("payload", [b"short", b"long" * 100])
def test_slow_receivers_do_not_hold_up_timers(
    make_engine: Callable[..., Engine], payload: bytes
) -> None:
    engine = make_engine(clock=Clock.MONOTONIC)
    handled: list[int] = [0]
    served: list[int] = []

    def slow(context: Context, message: Message) -> None:
        handled[0] += 1
        spin(0.0005)

    ref = engine.spawn(slow, budget=255)
    engine.context(engine.spawn(ignore)).every(
        0.001, lambda context, message: served.append(handled[0])
    )
    ref.tell_many([payload] * 300)
    while handled[0] < 300:
        engine.run_no_wait()
    # Once it is known how slow it is, few messages at a time. A budget is 255.
    gaps = [later - former for former, later in pairwise(served)]
    assert max(gaps) <= 32
    assert len(served) > 20


def test_slow_receivers_do_not_hold_up_descriptors(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(clock=Clock.MONOTONIC)
    reader, writer = os.pipe()
    handled: list[int] = [0]
    served: list[int] = []

    def slow(context: Context, message: Message) -> None:
        handled[0] += 1
        spin(0.0005)
        os.write(writer, b"x")

    def ready(fd: int, events: Events) -> None:
        served.append(handled[0])
        os.read(reader, 1000)

    watch = engine.watch_fd(reader, Events.READABLE, ready)
    engine.spawn(slow, budget=255).tell_many([b""] * 300)
    engine.run_until_idle()
    watch.cancel()
    os.close(reader)
    os.close(writer)
    gaps = [later - former for former, later in pairwise(served)]
    assert max(gaps) <= 32


def test_quick_receivers_are_handed_many_at_once(engine: Engine) -> None:
    ref = engine.spawn(ignore, budget=255, capacity=10_000)
    for _ in range(20):
        ref.tell_many([b"x"] * 1000)
        engine.run_until_idle()
    cell = engine._core.cells[ref.value]
    assert cell.slice > 8


def test_a_stop_is_heard_after_the_message_in_hand(engine: Engine) -> None:
    kept: list[bytes] = []

    def receive(context: Context, message: Message) -> None:
        kept.append(message.payload)
        engine.stop()

    engine.spawn(receive).tell_many([b"%d" % number for number in range(5)])
    for number in range(5):
        assert engine.run()
        assert len(kept) == number + 1
    counts = engine.statistics()
    assert (counts.handled, counts.queued) == (5, 0)


def test_an_actor_that_feeds_itself_stops_nobody(engine: Engine) -> None:
    fed: list[int] = [0]
    others: list[Any] = []

    def feed(context: Context, message: Message) -> None:
        fed[0] += 1
        if fed[0] < 5000:
            context.ref.tell(b"")

    engine.spawn(feed).tell(b"")
    other = engine.spawn(lambda context, message: others.append(fed[0]))
    for _ in range(10):
        other.tell(b"")
    engine.run_until_idle()
    assert fed == [5000]
    assert others[-1] < 1000
