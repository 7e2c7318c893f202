"""Objects by reference, published and broadcast: all have them, and none is left behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Batch,
    Context,
    Engine,
    Message,
    Overflow,
    Ref,
    codecs,
)

from .support import Failing
from .support_reference import ByReference, Thing, publisher, travelling


def subscribers(engine: Engine, kept: list[list[Any]], **options: Any) -> list[Ref]:
    class Subscriber(ByReference):
        kind = "subscribers"

        def init(self, context: Context) -> None:
            context.subscribe("publisher")

    refs = [engine.spawn(Subscriber, own, **options) for own in kept]
    engine.run_until_idle()
    return refs


WAYS: dict[str, Callable[[Engine, Ref, Context, Any], Any]] = {
    "publish": lambda engine, ref, context, thing: context.publish(thing),
    "publish of the engine's": lambda engine, ref, context, thing: engine.publish(ref, thing),
    "broadcast": lambda engine, ref, context, thing: context.broadcast("subscribers", thing),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_to_several_at_once(engine: Engine, way: str, count: int) -> None:
    kept: list[list[Any]] = [[] for _ in range(count)]
    subscribers(engine, kept)
    things = [Thing() for _ in range(3)]
    ref, context = publisher(engine)
    for thing in things:
        WAYS[way](engine, ref, context, thing)
    engine.run_until_idle()
    assert kept == [things] * count
    assert travelling() == 0


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("overflow", list(Overflow))
def test_to_several_of_whom_some_are_full(engine: Engine, way: str, overflow: Overflow) -> None:
    kept: list[list[Any]] = [[], [], []]
    subscribers(engine, kept[:2], capacity=2, overflow=overflow)
    subscribers(engine, kept[2:])
    things = [Thing() for _ in range(5)]
    ref, context = publisher(engine)
    for thing in things:
        WAYS[way](engine, ref, context, thing)
    engine.run_until_idle()
    some = things[3:] if overflow is Overflow.DROP_OLDEST else things[:2]
    assert kept == [some, some, things]
    assert travelling() == 0


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("end", [Ref.stop, Ref.poison])
def test_to_several_of_whom_some_are_ending(engine: Engine, way: str, end: Any) -> None:
    kept: list[list[Any]] = [[], [], []]
    refs = subscribers(engine, kept)
    ref, context = publisher(engine)
    end(refs[0])
    WAYS[way](engine, ref, context, thing := Thing())
    refs[1].stop()
    engine.run_until_idle()
    assert kept == [[], [], [thing]]
    assert travelling() == 0


def test_one_of_several_fails_on_it(engine: Engine, logged: Any) -> None:
    kept: list[Any] = []

    class Sick(Actor):
        codec = codecs.Reference

        def init(self, context: Context) -> None:
            context.subscribe("publisher")

        def receive(self, context: Context, message: Message) -> None:
            kept.append(message.payload)
            raise Failing

    for _ in range(3):
        engine.spawn(Sick)
    engine.run_until_idle()
    _, context = publisher(engine)
    thing = Thing()
    assert context.publish(thing) == 3
    engine.run_until_idle()
    assert kept == [thing] * 3
    assert travelling() == 0
    assert [type(error) for error in logged.errors()] == [Failing] * 3


def test_a_publication_that_is_refused(engine: Engine) -> None:
    ref, context = publisher(engine)
    for use in (
        lambda: context.publish(Thing(), "wrong..topic"),
        lambda: engine.publish(ref, Thing(), "wrong..topic"),
        lambda: context.broadcast("", Thing()),
    ):
        with pytest.raises(backstage.BackstageError):
            use()
    assert travelling() == 0


def test_subscribers_without_the_codec_leave_nothing_either(engine: Engine) -> None:
    seen: list[int] = []

    class Plain(Actor):
        kind = "plain"

        def init(self, context: Context) -> None:
            context.subscribe("publisher")

        def receive(self, context: Context, message: Message) -> None:
            seen.append(message.size)

    class Batches(Plain):
        def receive_batch(self, context: Context, messages: Batch) -> None:
            seen.extend(message.size for message in messages)

    for actor in (Plain, Batches, Plain):
        engine.spawn(actor)
        engine.spawn(actor, codec=codecs.JSON)
    engine.run_until_idle()
    _, context = publisher(engine)
    for _ in range(3):
        assert context.publish(Thing()) == 6
        assert context.broadcast("plain", Thing()) == 6
        engine.run_until_idle()
    assert travelling() == 0
    assert seen == [16] * 36
