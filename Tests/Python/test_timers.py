"""Timers."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import Actor, Context, Engine, Message, MessageType, TimerEvent

from .support import Failing, Handler, ignore, pass_time


class Timed(Actor):
    """Notes timers, by their tokens and events."""

    def __init__(self, notes: list[Any]) -> None:
        self.notes = notes

    def receive(self, context: Context, message: Message) -> None:
        assert message.type is MessageType.TIMER
        self.notes.append((message.token, message.event))


def spawn_timed(engine: Engine, notes: list[Any]) -> Context:
    return engine.context(engine.spawn(Timed, notes))


def test_after(engine: Engine) -> None:
    notes: list[Any] = []
    timer = spawn_timed(engine, notes).after(1.0)
    pass_time(engine, 0.999999999)
    assert notes == []
    pass_time(engine, 0.000000001)
    assert notes == [(timer.token, TimerEvent(1.0, 1))]
    pass_time(engine, 10.0)
    assert len(notes) == 1


def test_every(engine: Engine) -> None:
    notes: list[Any] = []
    spawn_timed(engine, notes).every(0.1)
    pass_time(engine, *[0.1] * 10)
    assert [event.expirations for _, event in notes] == [1] * 10
    assert [round(event.due, 9) for _, event in notes] == [round(0.1 * n, 9) for n in range(1, 11)]


def test_every_with_another_first_time(engine: Engine) -> None:
    notes: list[Any] = []
    spawn_timed(engine, notes).every(1.0, first=0.25)
    pass_time(engine, *[0.25] * 10)
    assert [event.due for _, event in notes] == [0.25, 1.25, 2.25]
    spawn_timed(engine, notes).every(1.0, first=0.0)
    engine.run_until_idle()
    assert len(notes) == 4


def test_a_late_one_counts_how_often_it_was_due(engine: Engine) -> None:
    notes: list[Any] = []
    spawn_timed(engine, notes).every(1.0)
    pass_time(engine, 5.5, 0.5)
    assert [event.expirations for _, event in notes] == [5, 1]


def test_a_handler_takes_the_events(engine: Engine) -> None:
    notes: list[Any] = []
    handled: list[Any] = []
    context = spawn_timed(engine, notes)

    def handle(own: Context, message: Message) -> None:
        assert own is context
        handled.append((message.token, message.event.due))

    once = context.after(1.0, handle)
    often = context.every(2.0, handle)
    pass_time(engine, 1.0, 1.0, 2.0)
    assert handled == [(once.token, 1.0), (often.token, 2.0), (often.token, 4.0)]
    assert notes == []
    assert list(context._cell.handlers) == [often.token]


def test_in_order_of_time(engine: Engine) -> None:
    order: list[str] = []
    context = spawn_timed(engine, [])

    def note(name: str) -> Handler:
        return lambda context, message: order.append(name)

    for delay, name in ((3.0, "c"), (1.0, "a"), (2.0, "b"), (1.0, "a2")):
        context.after(delay, note(name))
    pass_time(engine, 5.0)
    assert order == ["a", "a2", "b", "c"]


@pytest.mark.parametrize("handler", [None, ignore])
def test_cancel(engine: Engine, handler: Any) -> None:
    notes: list[Any] = []
    context = spawn_timed(engine, notes)
    for timer in (context.after(1.0, handler), context.every(1.0, handler)):
        timer.cancel()
        with pytest.raises(backstage.NotFound):
            timer.cancel()
    pass_time(engine, 5.0)
    assert notes == []
    assert not context._cell.handlers


def test_a_cancelled_event_is_withdrawn(engine: Engine) -> None:
    notes: list[Any] = []
    context = spawn_timed(engine, notes)
    timers = [context.after(1.0), context.every(1.0)]
    engine.advance(1.0)
    for timer in timers:
        timer.cancel()
    engine.run_until_idle()
    assert notes == []


def test_one_that_has_been_handled_cannot_be_cancelled(engine: Engine) -> None:
    timer = spawn_timed(engine, []).after(1.0)
    pass_time(engine, 1.0)
    with pytest.raises(backstage.NotFound):
        timer.cancel()


def test_a_handler_may_cancel_its_own(engine: Engine) -> None:
    calls: list[bool] = []
    context = spawn_timed(engine, [])

    def handle(own: Context, message: Message) -> None:
        calls.append(True)
        timer.cancel()

    timer = context.every(1.0, handle)
    pass_time(engine, 1.0, 1.0, 1.0)
    assert calls == [True]
    assert not context._cell.handlers


def test_a_handler_may_start_the_next(engine: Engine) -> None:
    dues: list[float] = []

    def handle(context: Context, message: Message) -> None:
        dues.append(message.event.due)
        context.after(1.0, handle)

    spawn_timed(engine, []).after(1.0, handle)
    pass_time(engine, *[1.0] * 5)
    assert dues == [1.0, 2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize("delay", [-1.0, float("nan"), None])
def test_what_is_no_delay(engine: Engine, delay: Any) -> None:
    context = spawn_timed(engine, [])
    with pytest.raises(backstage.InvalidArgument):
        context.after(delay)
    with pytest.raises(backstage.InvalidArgument):
        context.every(delay)
    if delay is not None:
        with pytest.raises(backstage.InvalidArgument):
            context.every(1.0, first=delay)
    assert not context._cell.handlers


@pytest.mark.parametrize("interval", [0, 0.0, 1e-10])
def test_an_interval_of_nothing_is_none(engine: Engine, interval: float) -> None:
    context = spawn_timed(engine, [])
    with pytest.raises(backstage.InvalidArgument):
        context.every(interval)
    with pytest.raises(backstage.InvalidArgument):
        context.every(interval, ignore, first=1.0)
    assert not context._cell.handlers


@pytest.mark.parametrize("delay", [1e12, 1e300, float("inf")])
def test_a_delay_beyond_all_time(engine: Engine, delay: float) -> None:
    notes: list[Any] = []
    context = spawn_timed(engine, notes)
    context.after(delay)
    context.every(delay)
    pass_time(engine, 1e6)
    assert notes == []


def test_a_delay_of_nothing_is_due_at_once(engine: Engine) -> None:
    notes: list[Any] = []
    spawn_timed(engine, notes).after(0)
    engine.run_until_idle()
    assert len(notes) == 1


def test_timers_end_with_their_actor(engine: Engine) -> None:
    notes: list[Any] = []
    context = spawn_timed(engine, notes)
    timers = [context.after(1.0), context.every(1.0, ignore)]
    context.ref.stop()
    engine.run_until_idle()
    for _ in range(10):
        spawn_timed(engine, notes)
    pass_time(engine, 5.0)
    assert notes == []
    for timer in timers:
        with pytest.raises(backstage.NotFound):
            timer.cancel()


def test_a_handler_that_fails_is_the_actor_s_failure(engine: Engine, logged: Any) -> None:
    def handle(context: Context, message: Message) -> None:
        raise Failing

    context = spawn_timed(engine, [])
    context.after(1.0, handle)
    pass_time(engine, 1.0)
    assert not context.ref.is_alive()
    assert [type(error) for error in logged.errors()] == [Failing]


def test_events_need_no_room_in_the_inbox(engine: Engine) -> None:
    order: list[str] = []
    ref = engine.spawn(lambda context, message: order.append(message.type.name), capacity=1)
    context = engine.context(ref)
    ref.tell(b"")
    for _ in range(5):
        context.after(0.0)
    engine.run_until_idle()
    assert sorted(order) == ["SEND"] + ["TIMER"] * 5
    counts = engine.statistics()
    assert (counts.handled, counts.events) == (1, 5)


def test_many_leave_nothing(engine: Engine) -> None:
    context = spawn_timed(engine, [])
    for number in range(1000):
        context.after(number / 1000, ignore)
    pass_time(engine, 1.0)
    assert not context._cell.handlers
