"""Ending actors: stop, poison and shutdown, and what becomes of their messages."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Context,
    DeadLetter,
    DeadReason,
    Engine,
    Message,
    Reason,
    Ref,
    Supervision,
)

from .support import Keeper, ignore, inside


class Ends(Keeper):
    """Notes the reason of its end as well."""

    def deinit(self, context: Context, reason: Reason) -> None:
        self.kept.append(reason)


def test_stop_leaves_what_is_queued(engine: Engine, letters: list[DeadLetter]) -> None:
    kept: list[Any] = []
    ref = engine.spawn(Ends, kept)
    ref.tell_many([b"a", b"b"])
    ref.stop()
    engine.run_until_idle()
    assert kept == [Reason.STOPPED]
    assert [(letter.payload, letter.reason, letter.receiver) for letter in letters] == [
        (b"a", DeadReason.ENDED, ref),
        (b"b", DeadReason.ENDED, ref),
    ]


def test_poison_handles_what_is_queued(engine: Engine) -> None:
    kept: list[Any] = []
    ref = engine.spawn(Ends, kept)
    ref.tell_many([b"a", b"b"])
    ref.poison()
    with pytest.raises(backstage.Ending):
        ref.tell(b"c")
    engine.run_until_idle()
    assert kept == [b"a", b"b", Reason.STOPPED]


@pytest.mark.parametrize("end", [Ref.stop, Ref.poison, Ref.drain])
def test_who_has_ended_cannot_be_ended(engine: Engine, end: Any) -> None:
    ref = engine.spawn(ignore)
    end(ref)
    engine.run_until_idle()
    for again in (Ref.stop, Ref.poison, Ref.drain):
        with pytest.raises(backstage.NotFound):
            again(ref)
    assert not ref.is_alive()


def test_stopping_twice_is_stopping_once(engine: Engine) -> None:
    kept: list[Any] = []
    ref = engine.spawn(Ends, kept)
    ref.stop()
    ref.stop()
    ref.poison()
    engine.run_until_idle()
    assert kept == [Reason.STOPPED]


def test_an_actor_stops_another(engine: Engine) -> None:
    for stop in (
        lambda context, ref: context.stop(ref),
        lambda context, ref: ref.stop(),
        lambda context, ref: context.poison(ref),
        lambda context, ref: ref.poison(),
        lambda context, ref: context.drain(ref),
        lambda context, ref: ref.drain(1.0),
    ):
        kept: list[Any] = []
        ref = engine.spawn(Ends, kept)
        inside(engine, lambda context, stop=stop, ref=ref: stop(context, ref))  # type: ignore[misc]
        assert kept == [Reason.STOPPED]


@pytest.mark.parametrize("count", [1, 2, 8, 9, 64, 100])
@pytest.mark.parametrize("how", ["stop", "shutdown"])
def test_oneself_once_the_callback_has_returned(
    engine: Engine, letters: list[DeadLetter], count: int, how: str
) -> None:
    notes: list[bytes] = []

    def receive(context: Context, message: Message) -> None:
        notes.append(message.payload)
        if len(notes) == (count + 1) // 2:
            if how == "stop":
                context.stop(context.ref)
            else:
                context.shutdown()
            notes.append(b"goes on")

    ref = engine.spawn(receive, capacity=200)
    ref.tell_many([b"%d" % number for number in range(count)])
    engine.run_until_idle()
    done = (count + 1) // 2
    assert notes == [b"%d" % number for number in range(done)] + [b"goes on"]
    assert [letter.payload for letter in letters] == [b"%d" % n for n in range(done, count)]


def test_a_permanent_child_that_shuts_down_starts_again(engine: Engine) -> None:
    starts: list[str] = []

    class Child(Actor):
        def init(self, context: Context) -> None:
            starts.append("init")

        def receive(self, context: Context, message: Message) -> None:
            context.shutdown()

        def deinit(self, context: Context, reason: Reason) -> None:
            starts.append(reason.name)

    boss = engine.spawn(ignore, supervision=Supervision())
    child = engine.context(boss).spawn_child(Child)
    child.tell(b"")
    engine.run_until_idle()
    assert starts == ["init", "RESTARTED", "init"]
    child.stop()
    engine.run_until_idle()
    assert starts[3:] == ["STOPPED"]


def test_deinit_runs_once_whatever_happens(engine: Engine, logged: Any) -> None:
    reasons: list[Reason] = []

    class Once(Actor):
        def init(self, context: Context) -> None:
            if context.id == "init":
                raise RuntimeError("init")

        def receive(self, context: Context, message: Message) -> None:
            if message.payload == b"fail":
                raise RuntimeError("receive")
            context.shutdown()
            context.stop(context.ref)

        def deinit(self, context: Context, reason: Reason) -> None:
            reasons.append(reason)
            context.shutdown()

    engine.spawn(Once, id="init")
    engine.spawn(Once).tell_many([b"fail", b"fail"])
    engine.spawn(Once).tell_many([b"end", b"fail"])
    engine.spawn(Once).stop()
    engine.spawn(Once).poison()
    engine.spawn(Once)
    engine.run_until_idle()
    assert sorted(reasons) == sorted(
        [Reason.FAILED, Reason.FAILED, Reason.NORMAL, Reason.STOPPED, Reason.STOPPED]
    )
    reasons.clear()
    engine.close()
    assert reasons == [Reason.ENGINE_ENDED]
    assert len(logged.errors()) == 2


def test_deinit_cannot_be_async(engine: Engine, logged: Any) -> None:
    class Async(Actor):
        async def deinit(self, context: Context, reason: Reason) -> None: ...

    engine.spawn(Async).stop()
    engine.run_until_idle()
    (error,) = logged.errors()
    assert isinstance(error, TypeError)
    assert "deinit" in str(error)


def test_close_ends_all_and_may_be_repeated(engine: Engine, letters: list[DeadLetter]) -> None:
    kept: list[Any] = []
    for _ in range(3):
        engine.spawn(Ends, kept).tell(b"x")
    assert not engine.closed
    engine.close()
    engine.close()
    assert engine.closed
    assert kept == [Reason.ENGINE_ENDED] * 3
    assert [letter.reason for letter in letters] == [DeadReason.ENGINE_ENDED] * 3
    assert repr(engine) == "<Engine, closed>"


def test_every_method_of_a_closed_engine_says_so(engine: Engine) -> None:
    ref = engine.spawn(ignore, id="x")
    context = engine.context(ref)
    timer = context.after(1.0)
    engine.close()
    for use in (
        engine.run,
        engine.run_until_idle,
        engine.run_once,
        engine.run_no_wait,
        engine.stop,
        engine.start,
        engine.adopt,
        engine.drain,
        lambda: engine.advance(1.0),
        engine.now,
        engine.now_ns,
        lambda: engine.spawn(ignore),
        lambda: engine.find("x"),
        engine.actors,
        lambda: engine.load("x.so"),
        lambda: engine.tell("x", b""),
        lambda: engine.tell(ref, b""),
        lambda: engine.publish(ref, b""),
        lambda: engine.broadcast("x", b""),
        engine.statistics,
        lambda: engine.actor_statistics(ref),
        lambda: engine.watch_fd(0, backstage.Events.READABLE, print),
        lambda: ref.id,
        ref.is_alive,
        lambda: ref.tell(b""),
        lambda: ref.tell_many([b""]),
        lambda: ref.ask(b""),
        ref.stop,
        ref.poison,
        ref.drain,
        lambda: context.id,
        lambda: context.parent,
        lambda: context.tell(ref, b""),
        lambda: context.publish(b""),
        lambda: context.subscribe("x"),
        lambda: context.request(ref, b""),
        lambda: context.after(1.0),
        context.shutdown,
        timer.cancel,
    ):
        try:
            use()
            raise AssertionError(f"{use} raised nothing")
        except backstage.Closed:
            pass


def test_it_cannot_be_closed_inside_a_callback(engine: Engine) -> None:
    def close(context: Context) -> None:
        with pytest.raises(backstage.InCallback):
            engine.close()

    inside(engine, close)
    assert not engine.closed

    class Closes(Actor):
        def deinit(self, context: Context, reason: Reason) -> None:
            close(context)

    engine.spawn(Closes)
    engine.run_until_idle()
    engine.close()
    assert engine.closed


def test_a_with_block_closes_it_whatever_is_raised() -> None:
    engine = Engine()

    def use() -> None:
        with engine:
            engine.spawn(ignore)
            raise KeyError

    with pytest.raises(KeyError):
        use()
    assert engine.closed
