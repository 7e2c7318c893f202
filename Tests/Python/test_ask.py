"""Asking from outside any actor, and waiting for the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import Clock, Context, DeadLetter, Engine, Future, Message, Ref, codecs

from .support import Failing, Keeper, echo, fail, ignore, inside


def test_the_answer(engine: Engine) -> None:
    server = engine.spawn(echo)
    for payload in (b"", b"short", b"long" * 1000):
        assert server.ask(payload) == payload


def test_it_runs_the_engine_no_longer_than_it_must(engine: Engine) -> None:
    kept: list[bytes] = []
    server, keeper = engine.spawn(echo), engine.spawn(Keeper, kept)
    timers: list[bool] = []
    engine.context(keeper).after(1.0, lambda context, message: timers.append(True))
    keeper.tell(b"before")
    assert server.ask(b"x") == b"x"
    assert kept == [b"before"]
    assert engine.now() == 0.0
    assert not timers
    server.tell(b"left for later")
    assert engine.statistics().queued == 1


def test_a_codec_writes_and_reads(engine: Engine) -> None:
    server = engine.spawn(echo, codec=codecs.JSON)
    assert server.ask({"a": [1]}) == {"a": [1]}
    assert server.using(codecs.JSON).ask(None, block=False) is not None
    raw = engine.spawn(echo)
    assert raw.using(codecs.Pickle).ask({1, 2}) == {1, 2}


def test_what_went_wrong(engine: Engine, logged: Any) -> None:
    ended = engine.spawn(ignore)
    ended.stop()
    engine.run_until_idle()
    full = engine.spawn(Keeper, [], capacity=1)
    full.tell(b"")
    poisoned = engine.spawn(ignore)
    poisoned.tell(b"")
    poisoned.poison()
    sick = engine.spawn(fail)
    quits = engine.spawn(lambda context, message: context.shutdown())
    for ref, error in (
        (ended, backstage.NotFound),
        (full, backstage.InboxFull),
        (poisoned, backstage.Ending),
        (sick, backstage.Stopped),
        (quits, backstage.Stopped),
    ):
        with pytest.raises(error):
            ref.ask(b"why")
    (cause,) = logged.errors()
    assert isinstance(cause, Failing)


def test_what_the_actor_raised_is_the_cause(engine: Engine, logged: Any) -> None:
    sick = engine.spawn(fail)
    with pytest.raises(backstage.Stopped) as error:
        sick.ask(b"why")
    assert isinstance(error.value.__cause__, Failing)
    assert error.value.__cause__.args == (b"why",)
    assert len(logged.errors()) == 1


@pytest.mark.parametrize("timeout", [0, 0.0, 0.5, 3600])
def test_a_timeout_on_a_virtual_clock_is_at_once(engine: Engine, timeout: float) -> None:
    silent = engine.spawn(ignore)
    with pytest.raises(backstage.Timeout) as error:
        silent.ask(b"", timeout)
    assert isinstance(error.value, TimeoutError)
    assert engine.now() == 0.0


def test_a_timeout_on_a_real_clock(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(clock=Clock.MONOTONIC)
    silent = engine.spawn(ignore)
    for timeout in (0.0, 0.001):
        with pytest.raises(backstage.Timeout):
            silent.ask(b"", timeout)


@pytest.mark.parametrize("timeout", [-1, -0.001, float("nan")])
@pytest.mark.parametrize("block", [True, False])
@pytest.mark.parametrize("codec", [None, codecs.Reference])
def test_what_is_no_time(engine: Engine, timeout: float, block: bool, codec: Any) -> None:
    ref = engine.spawn(ignore, codec=codec)
    with pytest.raises(backstage.InvalidArgument):
        ref.ask(b"", timeout, block=block)
    assert engine.statistics().accepted == 0


def test_a_late_answer_is_a_dead_letter(engine: Engine, letters: list[DeadLetter]) -> None:
    handles: list[Any] = []
    slow = engine.spawn(lambda context, message: handles.append(message.reply_handle()))
    with pytest.raises(backstage.Timeout):
        slow.ask(b"", 1.0)
    with pytest.raises(backstage.NotWaiting):
        handles[0].reply(b"late")
    assert [letter.payload for letter in letters] == [b"late"]
    assert not engine._core.gateway.requests  # type: ignore[union-attr]


def test_inside_a_callback_it_cannot_wait(engine: Engine) -> None:
    server = engine.spawn(echo)

    def ask(context: Context) -> Any:
        with pytest.raises(backstage.InCallback):
            server.ask(b"x")
        with pytest.raises(backstage.InCallback):
            server.ask({"any": "object"})
        future = server.ask(b"y", block=False)
        with pytest.raises(backstage.InCallback):
            future.get()
        return future

    accepted = engine.statistics().accepted
    future = inside(engine, ask)
    assert future.get() == b"y"
    assert engine.statistics().accepted == accepted + 3  # its own message, the request, the reply


def test_it_may_be_asked_for_by_a_dead_letter_s_handler(
    make_engine: Callable[..., Engine],
) -> None:
    futures: list[Future] = []

    def handle(letter: DeadLetter) -> None:
        futures.append(server.ask(b"x", block=False))
        with pytest.raises(backstage.InCallback):
            server.ask(b"y")

    engine = make_engine(dead_letter=handle)
    server: Ref = engine.spawn(echo)
    full = engine.spawn(Keeper, [], capacity=1, overflow=backstage.Overflow.DROP_NEWEST)
    full.tell(b"")
    full.tell(b"dropped")
    engine.run_until_idle()
    (future,) = futures
    assert future.get() == b"x"


def test_a_stop_ends_the_wait(engine: Engine) -> None:
    stops = engine.spawn(lambda context, message: engine.stop())
    with pytest.raises(backstage.Stopped):
        stops.ask(b"")
    assert engine.run_until_idle()


def test_what_leaves_the_run_leaves_the_wait(engine: Engine) -> None:
    def leave(context: Context, message: Message) -> None:
        raise SystemExit(7)

    ref = engine.spawn(leave)
    with pytest.raises(SystemExit):
        ref.ask(b"")
    assert engine.run_until_idle()
    assert not engine._core.gateway.requests  # type: ignore[union-attr]


def test_asks_can_be_nested_in_actors_of_other_engines(
    make_engine: Callable[..., Engine],
) -> None:
    one, other = make_engine(), make_engine()
    far = other.spawn(echo)
    errors: list[type[Exception]] = []

    def ask_far(context: Context, message: Message) -> None:
        with pytest.raises(backstage.OtherEngine) as error:
            far.ask(b"x")
        errors.append(type(error.value))

    one.spawn(ask_far).tell(b"")
    one.run_until_idle()
    assert errors == [backstage.OtherEngine]
    assert far.ask(b"y") == b"y"


def test_a_closed_engine_is_asked_nothing(engine: Engine) -> None:
    server = engine.spawn(echo)
    engine.close()
    for block in (True, False):
        with pytest.raises(backstage.Closed):
            server.ask(b"", block=block)


def test_after_a_drain_asks_go_on(engine: Engine) -> None:
    for _ in range(3):
        server = engine.spawn(echo)
        assert server.ask(b"x") == b"x"
        engine.drain()
        assert engine.run()
        assert engine.actors() == []
        with pytest.raises(backstage.NotFound):
            server.ask(b"x")
    counts = engine.statistics()
    assert (counts.actors, counts.spawned) == (0, 3)


def test_many_asks_leave_nothing(engine: Engine) -> None:
    server = engine.spawn(echo)
    for number in range(500):
        assert server.ask(b"%d" % number) == b"%d" % number
    gateway = engine._core.gateway
    assert gateway is not None
    assert not gateway.requests
    assert not gateway.handlers


def test_the_ref_of_a_sender_cannot_be_that_of_the_asker(engine: Engine) -> None:
    senders: list[Ref | None] = []

    def serve(context: Context, message: Message) -> bytes:
        senders.append(message.sender)
        return b"x"

    server = engine.spawn(serve)
    server.ask(b"")
    inside(engine, lambda context: server.ask(b"", block=False))
    engine.run_until_idle()
    assert senders == [None, None]
