"""Objects by reference: the receiver has the very object, and none is left behind on any way."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Batch,
    Context,
    DeadLetter,
    Engine,
    Message,
    Overflow,
    Supervision,
    codecs,
)

from .support import Failing, ignore, inside, tell_all
from .support_reference import ByReference, Thing, travelling


@pytest.mark.parametrize("count", [1, 2, 8, 9, 100])
@pytest.mark.parametrize("place", ["outside", "inside"])
def test_it_is_the_object_itself(engine: Engine, count: int, place: str) -> None:
    kept: list[Any] = []
    keeper = engine.spawn(ByReference, kept)
    things = [Thing() for _ in range(count)]
    if place == "outside":
        tell_all(keeper, things)
    else:
        inside(engine, lambda context: tell_all(keeper, things))
    engine.run_until_idle()
    assert len(kept) == count
    assert all(one is other for one, other in zip(kept, things, strict=True))
    assert travelling() == 0


def test_nothing_holds_it_afterwards(engine: Engine) -> None:
    gone: list[weakref.ref[Thing]] = []
    ref = engine.spawn(ignore, codec=codecs.Reference)
    for _ in range(5):
        thing = Thing()
        gone.append(weakref.ref(thing))
        ref.tell(thing)
        del thing
    engine.run_until_idle()
    gc.collect()
    assert [one() for one in gone] == [None] * 5


@pytest.mark.parametrize("reads", [True, False])
def test_whether_it_is_read_or_not(engine: Engine, reads: bool) -> None:
    def receive(context: Context, message: Message) -> None:
        if reads:
            assert isinstance(message.payload, Thing)
            assert message.payload is message.payload

    ref = engine.spawn(receive, codec=codecs.Reference)
    for count in (1, 5):
        tell_all(ref, [Thing() for _ in range(count)])
        engine.run_until_idle()
    ref.ask(Thing(), block=False)
    engine.run_until_idle()
    assert travelling() == 0


def test_a_kept_message_has_it_later(engine: Engine) -> None:
    kept: list[Message] = []
    ref = engine.spawn(lambda context, message: kept.append(message), codec=codecs.Reference)
    things = [Thing() for _ in range(4)]
    ref.tell(things[0])
    engine.run_until_idle()
    tell_all(ref, things[1:])
    engine.run_until_idle()
    assert travelling() == 0
    assert [message.payload for message in kept] == things


def test_bytes_from_others_stay_bytes(engine: Engine) -> None:
    kept: list[Any] = []
    keeper = engine.spawn(ByReference, kept)
    raw = keeper.using(None)
    raw.tell(b"short")
    raw.tell(b"sixteen bytes...")
    raw.tell_many([b"sixteen bytes...", b"long" * 100])
    engine.run_until_idle()
    assert kept == [b"short", b"sixteen bytes...", b"sixteen bytes...", b"long" * 100]


def test_in_batches(engine: Engine, logged: Any) -> None:
    kept: list[Any] = []

    class Batches(Actor):
        codec = codecs.Reference

        def receive_batch(self, context: Context, messages: Batch) -> None:
            if len(kept) % 2:
                kept.append(len(messages))
            else:
                kept.append(messages.payloads)

    ref = engine.spawn(Batches)
    things = [Thing() for _ in range(4)]
    for _ in range(2):
        tell_all(ref, things)
        engine.run_until_idle()
    assert kept == [things, 4]
    assert travelling() == 0


@pytest.mark.parametrize("at", [0, 2, 3])
def test_a_batch_that_fails(engine: Engine, logged: Any, at: int) -> None:
    kept: list[Any] = []

    class Batches(Actor):
        codec = codecs.Reference

        def receive_batch(self, context: Context, messages: Batch) -> None:
            if len(messages) == 4:
                messages.failed_at = at
                raise Failing(messages.payloads[at])
            kept.extend(messages.payloads)

    boss = engine.spawn(ignore, supervision=Supervision(directive=backstage.Directive.RESUME))
    ref = engine.context(boss).spawn_child(Batches)
    things = [Thing() for _ in range(4)]
    tell_all(ref, things)
    engine.run_until_idle()
    assert kept == things[at + 1 :]
    assert travelling() == 0
    assert len(logged.errors()) == 1


@pytest.mark.parametrize("place", ["outside", "inside"])
def test_sends_that_are_refused(engine: Engine, place: str) -> None:
    def refuse(context: Context, message: Message) -> None:
        for ref, id, error in (
            (full, "full", backstage.InboxFull),
            (ended, "ended", backstage.NotFound),
        ):
            sends: list[Callable[[], object]] = [
                partial(ref.tell, Thing()),
                partial(ref.tell, Thing()),
                partial(ref.tell_many, [Thing(), Thing()]),
                partial(engine.tell, ref, Thing()),
                partial(context.tell, ref, Thing()),
                partial(context.request, ref, Thing()),
            ]
            if ref is full:
                sends += [
                    partial(context.tell, id, Thing()),
                    partial(context.request, id, Thing()),
                    partial(engine.tell, id, Thing()),
                ]
            for send in sends:
                with pytest.raises(error):
                    send()
            assert ref.ask(Thing(), block=False).done()

    ended = engine.spawn(ByReference, [], id="ended")
    ended.stop()
    engine.run_until_idle()
    sender = engine.spawn(refuse)
    sender.tell(b"")  # its turn comes first
    full = engine.spawn(ByReference, [], capacity=1, id="full")
    full.tell(Thing())
    assert travelling() == 1
    if place == "inside":
        engine.run_no_wait()
        assert engine.actor_statistics(sender).handled == 1
    else:
        refuse(engine.context(sender), Message())
        assert travelling() == 1
    engine.run_until_idle()
    assert travelling() == 0


def test_a_send_in_a_closed_engine(engine: Engine) -> None:
    keeper = engine.spawn(ByReference, [], id="keeper")
    publisher = engine.spawn(ignore, codec=codecs.Reference)
    engine.close()
    for use in (
        lambda: keeper.tell(Thing()),
        lambda: keeper.tell_many([Thing()]),
        lambda: keeper.ask(Thing()),
        lambda: keeper.ask(Thing(), block=False),
        lambda: engine.tell(keeper, Thing()),
        lambda: engine.publish(publisher, Thing()),
    ):
        with pytest.raises(backstage.Closed):
            use()
    assert travelling() == 0


def test_what_the_sender_may_not_do(engine: Engine) -> None:
    keeper = engine.spawn(ByReference, [])

    def ask(context: Context) -> None:
        with pytest.raises(backstage.InCallback):
            keeper.ask(Thing())

    inside(engine, ask)
    with pytest.raises(backstage.InvalidArgument):
        keeper.ask(Thing(), timeout=-1)
    assert travelling() == 0


@pytest.mark.parametrize("overflow", list(Overflow))
def test_dead_letters(engine: Engine, letters: list[DeadLetter], overflow: Overflow) -> None:
    kept: list[Any] = []
    keeper = engine.spawn(ByReference, kept, capacity=2, overflow=overflow)
    things = [Thing() for _ in range(5)]
    for thing in things:
        try:
            keeper.tell(thing)
        except backstage.InboxFull:
            assert overflow is Overflow.REJECT
    assert travelling() == 2
    keeper.stop()
    engine.run_until_idle()
    assert travelling() == 0
    assert len(letters) == (2 if overflow is Overflow.REJECT else 5)


def test_a_failure_on_it(engine: Engine, logged: Any) -> None:
    def receive(context: Context, message: Message) -> None:
        if isinstance(message.payload, Thing):
            raise Failing

    for parent in (None, Supervision(), Supervision(directive=backstage.Directive.RESUME)):
        boss = engine.spawn(ignore, supervision=parent)
        ref = engine.context(boss).spawn_child(receive, codec=codecs.Reference)
        tell_all(ref, ["a", Thing(), "b", Thing(), Thing()])
        engine.run_until_idle()
        assert travelling() == 0
    assert logged.errors()


def test_a_close_with_some_on_their_way(engine: Engine) -> None:
    keeper = engine.spawn(ByReference, [])
    tell_all(keeper, [Thing() for _ in range(3)])
    keeper.ask(Thing(), block=False)
    assert travelling() == 4
    engine.close()
    assert travelling() == 0


def test_a_ref_by_reference_is_for_actors_that_have_it(engine: Engine) -> None:
    plain = engine.spawn(ignore)
    ended = engine.spawn(ByReference, [])
    ended.stop()
    engine.run_until_idle()
    for ref in (plain, ended):
        with pytest.raises(backstage.InvalidArgument):
            ref.using(codecs.Reference)
    kept: list[Any] = []
    keeper = engine.spawn(ByReference, kept)
    keeper.using(codecs.Reference).tell(thing := Thing())
    engine.run_until_idle()
    assert kept == [thing]
