"""Draining actors, and the engine: what they have, they handle."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import Actor, Context, DeadLetter, DeadReason, Engine, Message, Reason, Ref

from .support import Keeper, ignore, inside


class Passes(Actor):
    """Passes what it gets down to its children, who keep it."""

    def __init__(self, kept: list[bytes], notes: list[str]) -> None:
        self.kept = kept
        self.notes = notes

    def init(self, context: Context) -> None:
        self.children = [context.spawn_child(Keeper, self.kept) for _ in range(2)]

    def receive(self, context: Context, message: Message) -> None:
        for child in self.children:
            child.tell(message.payload)

    def deinit(self, context: Context, reason: Reason) -> None:
        self.notes.append(reason.name)


def test_a_family_handles_what_it_has(engine: Engine) -> None:
    kept: list[bytes] = []
    notes: list[str] = []
    ref = engine.spawn(Passes, kept, notes)
    ref.tell_many([b"%d" % number for number in range(100)])
    ref.drain()
    with pytest.raises(backstage.Ending):
        ref.tell(b"late")
    engine.run_until_idle()
    assert len(kept) == 200
    assert notes == ["STOPPED"]
    assert engine.actors() == []


def test_it_waits_for_requests(engine: Engine) -> None:
    handles: list[Any] = []
    slow = engine.spawn(lambda context, message: handles.append(message.reply_handle()))
    replies: list[bytes] = []

    def receive(context: Context, message: Message) -> None:
        if message.payload == b"go":
            context.request(slow, b"")
        else:
            replies.append(message.payload)

    ref = engine.spawn(receive)
    ref.tell(b"go")
    ref.drain()
    engine.run_until_idle()
    assert ref.is_alive()
    handles[0].reply(b"reply")
    engine.run_until_idle()
    assert replies == [b"reply"]
    assert not ref.is_alive()


def test_it_waits_for_coroutines(engine: Engine) -> None:
    notes: list[str] = []

    async def receive(context: Context, message: Message) -> None:
        await context.sleep(1.0)
        notes.append("done")

    ref = engine.spawn(receive)
    ref.tell(b"")
    ref.drain()
    engine.run_until_idle()
    assert ref.is_alive()
    engine.advance(1.0)
    engine.run_until_idle()
    assert notes == ["done"]
    assert not ref.is_alive()


def test_what_is_stashed_waits_until_the_time_is_over(
    engine: Engine, letters: list[DeadLetter], logged: Any
) -> None:
    ref = engine.spawn(lambda context, message: message.stash())
    ref.tell(b"x")
    engine.run_until_idle()
    ref.drain(2.0)
    engine.run_until_idle()
    assert ref.is_alive()
    engine.advance(2.0)
    engine.run_until_idle()
    assert not ref.is_alive()
    assert [letter.reason for letter in letters] == [DeadReason.ENDED]
    logged.take()


@pytest.mark.parametrize("timeout", [0, 0.0])
def test_no_time_at_all(
    engine: Engine, letters: list[DeadLetter], logged: Any, timeout: Any
) -> None:
    reasons: list[Reason] = []

    class Slow(Actor):
        def receive(self, context: Context, message: Message) -> None: ...

        def deinit(self, context: Context, reason: Reason) -> None:
            reasons.append(reason)

    ref = engine.spawn(Slow)
    ref.tell_many([b"a", b"b"])
    ref.drain(timeout)
    engine.run_until_idle()
    assert reasons == [Reason.KILLED]
    assert len(letters) == 2
    logged.take()


@pytest.mark.parametrize("timeout", [-1.0, float("nan")])
def test_what_is_no_time(engine: Engine, timeout: float) -> None:
    ref = engine.spawn(ignore)
    for drain in (ref.drain, engine.drain, lambda time: engine.context(ref).drain(ref, time)):
        with pytest.raises(backstage.InvalidArgument):
            drain(timeout)
    engine.run_until_idle()
    assert ref.is_alive()


def test_the_engine_s_drain_ends_the_run(engine: Engine) -> None:
    kept: list[bytes] = []
    notes: list[str] = []
    refs = [engine.spawn(Passes, kept, notes) for _ in range(3)]
    for ref in refs:
        ref.tell_many([b"x"] * 10)
    engine.drain()
    assert engine.run() is True
    assert len(kept) == 60
    assert notes == ["STOPPED"] * 3
    assert engine.actors() == []


def test_the_engine_s_drain_from_inside(engine: Engine) -> None:
    kept: list[bytes] = []
    ref = engine.spawn(Passes, kept, [])

    def receive(context: Context, message: Message) -> None:
        ref.tell(b"x")
        engine.drain()

    engine.spawn(receive).tell(b"")
    assert engine.run() is True
    assert kept == [b"x"] * 2


def test_a_run_tells_that_some_had_to_be_killed(engine: Engine, logged: Any) -> None:
    ref = engine.spawn(lambda context, message: message.stash())
    ref.tell(b"x")
    engine.run_until_idle()
    engine.drain(0.0)
    assert engine.run() is False
    assert engine.actors() == []
    assert logged.take()


def test_after_it_the_engine_is_as_before(engine: Engine) -> None:
    for _ in range(3):
        kept: list[bytes] = []
        ref = engine.spawn(Keeper, kept, id="again")
        ref.tell(b"x")
        assert inside(engine, lambda context: context.broadcast("nobody", b"")) == 0
        engine.drain()
        assert engine.run()
        assert kept == [b"x"]
    assert engine.statistics().actors == 0
    assert engine.statistics().spawned == 6


def test_again_moves_the_deadline(engine: Engine, logged: Any) -> None:
    ref: Ref = engine.spawn(lambda context, message: message.stash())
    ref.tell(b"x")
    engine.run_until_idle()
    ref.drain(1.0)
    ref.drain(5.0)
    engine.advance(2.0)
    engine.run_until_idle()
    assert ref.is_alive()
    engine.advance(3.0)
    engine.run_until_idle()
    assert not ref.is_alive()
    logged.take()


def test_deinit_of_a_drained_family_may_still_send_within_it(engine: Engine) -> None:
    kept: list[bytes] = []

    class Last(Actor):
        def init(self, context: Context) -> None:
            self.parent = context.parent

        def receive(self, context: Context, message: Message) -> None: ...

        def deinit(self, context: Context, reason: Reason) -> None:
            assert self.parent is not None
            for _ in range(3):
                try:
                    self.parent.tell(b"last words")
                    kept.append(b"sent")
                except backstage.Ending:
                    kept.append(b"refused")

    parent = engine.spawn(Keeper, kept)
    engine.context(parent).spawn_child(Last)
    engine.run_until_idle()
    parent.drain()
    engine.run_until_idle()
    assert kept == [b"refused"] * 3
