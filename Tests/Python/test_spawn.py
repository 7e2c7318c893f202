"""Making actors: of what, with which options, and what is refused."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Context,
    Engine,
    Message,
    Reason,
    Ref,
)

from .support import Failing, Keeper, ignore, inside


def test_a_class_is_made_with_the_arguments_that_are_not_options(engine: Engine) -> None:
    made: list[Any] = []

    class Made(Actor):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            made.append((args, kwargs))

    engine.spawn(Made, 1, "two", id="made", capacity=5, three=3, names=["a"])
    assert made == [((1, "two"), {"three": 3, "names": ["a"]})]


def test_an_object_is_made_at_once_and_started_in_its_turn(engine: Engine) -> None:
    calls: list[str] = []

    class Made(Actor):
        def __init__(self) -> None:
            calls.append("made")

        def init(self, context: Context) -> None:
            calls.append("init")

        def receive(self, context: Context, message: Message) -> None:
            calls.append("receive")

        def deinit(self, context: Context, reason: Reason) -> None:
            calls.append(f"deinit {reason.name}")

    ref = engine.spawn(Made)
    ref.tell(b"")
    assert calls == ["made"]
    engine.run_until_idle()
    assert calls == ["made", "init", "receive"]
    ref.stop()
    engine.run_until_idle()
    assert calls == ["made", "init", "receive", "deinit STOPPED"]


def test_what_a_constructor_raises_is_raised_and_nothing_is_left(engine: Engine) -> None:
    class Broken(Actor):
        def __init__(self) -> None:
            raise Failing

    before = engine.statistics()
    for _ in range(3):
        with pytest.raises(Failing):
            engine.spawn(Broken, id="broken")
    assert engine.statistics() == before
    engine.spawn(ignore, id="broken")


class Functor:
    """An object that can be called."""

    def __init__(self, kept: list[Any]) -> None:
        self.kept = kept

    def __call__(self, context: Context, message: Message) -> None:
        self.kept.append(message.payload)

    def method(self, context: Context, message: Message) -> None:
        self.kept.append(message.payload)


def test_whatever_can_be_called_is_an_actor(engine: Engine) -> None:
    kept: list[Any] = []

    def function(context: Context, message: Message) -> None:
        kept.append(message.payload)

    def with_more(more: int, context: Context, message: Message) -> None:
        kept.append(message.payload)

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        function(*args, **kwargs)

    actors: list[Any] = [
        function,
        lambda context, message: kept.append(message.payload),
        functools.partial(with_more, 1),
        wrapped,
        Functor(kept),
        Functor(kept).method,
    ]
    for actor in actors:
        for count in (1, 3):
            engine.spawn(actor).tell_many([b"x"] * count)
            engine.run_until_idle()
            assert kept == [b"x"] * count, actor
            kept.clear()


@pytest.mark.parametrize("actor", [None, 7, "name", object(), int, object, Keeper([]), [Keeper]])
def test_what_is_no_actor_is_a_type_error(engine: Engine, actor: Any) -> None:
    before = engine.statistics()
    with pytest.raises(TypeError):
        engine.spawn(actor)
    assert engine.statistics() == before


def test_a_function_takes_no_arguments(engine: Engine) -> None:
    with pytest.raises(TypeError):
        engine.spawn(ignore, 1)
    with pytest.raises(TypeError):
        engine.spawn(ignore, unknown=1)


def test_a_class_without_receive_says_so(engine: Engine, logged: Any) -> None:
    class Mute(Actor):
        pass

    ref = engine.spawn(Mute)
    engine.run_until_idle()
    assert ref.is_alive()
    ref.tell(b"")
    engine.run_until_idle()
    (error,) = logged.errors()
    assert isinstance(error, NotImplementedError)
    assert "Mute" in str(error)


def test_ids(engine: Engine) -> None:
    names = ["a", "with space", "ü", "日本", "x" * 255, "a.b", "\udcff"]
    refs = [engine.spawn(ignore, id=name) for name in names]
    assert [ref.id for ref in refs] == names
    assert [engine.find(name) for name in names] == refs
    assert [engine.context(ref).id for ref in refs] == names
    assert engine.spawn(ignore).id == ""
    raw = engine.spawn(ignore, id=b"\xfe\xff")
    assert engine.find(raw.id) == raw


@pytest.mark.parametrize("name", ["", "x" * 256, "ü" * 128, "a\0b"])
def test_invalid_ids(engine: Engine, name: str) -> None:
    before = engine.statistics()
    for use in (
        lambda: engine.spawn(ignore, id=name),
        lambda: engine.spawn(ignore, kind=name),
        lambda: engine.find(name),
        lambda: engine.broadcast(name, b""),
    ):
        with pytest.raises(backstage.InvalidId):
            use()
    assert engine.statistics() == before


@pytest.mark.parametrize("name", [7, 1.5, ["a"], object()])
def test_what_is_no_name_is_a_type_error(engine: Engine, name: Any) -> None:
    with pytest.raises(TypeError):
        engine.spawn(ignore, id=name)
    with pytest.raises(TypeError):
        engine.spawn(ignore, kind=name)
    with pytest.raises(TypeError):
        engine.find(name)


def test_an_id_is_taken_until_its_actor_has_ended(engine: Engine) -> None:
    first = engine.spawn(ignore, id="only")
    with pytest.raises(backstage.Exists):
        engine.spawn(ignore, id="only")
    first.stop()
    with pytest.raises(backstage.Exists):
        engine.spawn(ignore, id="only")
    engine.run_until_idle()
    second = engine.spawn(ignore, id="only")
    assert second != first
    assert engine.find("only") == second


def test_actors_lists_those_who_live(engine: Engine) -> None:
    assert engine.actors() == []
    refs = [engine.spawn(ignore) for _ in range(5)]
    assert sorted(ref.value for ref in engine.actors()) == sorted(ref.value for ref in refs)
    refs[2].stop()
    engine.run_until_idle()
    assert set(engine.actors()) == {*refs} - {refs[2]}
    counts = engine.statistics()
    assert (counts.actors, counts.spawned) == (4, 5)


def test_spawn_from_inside_an_actor(engine: Engine) -> None:
    kept: list[Any] = []

    def spawn(context: Context) -> tuple[Ref, Ref]:
        other = context.spawn(Keeper, kept, id="other")
        same = context.engine.spawn(Keeper, kept)
        other.tell(b"one")
        same.tell(b"two")
        return other, same

    other, same = inside(engine, spawn)
    assert kept == [b"one", b"two"]
    assert engine.context(other).parent is None
    assert engine.context(same).parent is None
    with pytest.raises(backstage.Exists):
        inside(engine, lambda context: context.spawn(ignore, id="other"))


def test_a_spawn_takes_effect_when_its_turn_comes(engine: Engine) -> None:
    calls: list[str] = []

    class Born(Actor):
        def init(self, context: Context) -> None:
            calls.append("born")

    def receive(context: Context, message: Message) -> None:
        context.spawn(Born)
        context.spawn_child(Born)
        calls.append("returned")

    engine.spawn(receive).tell(b"")
    engine.run_until_idle()
    assert calls == ["returned", "born", "born"]


def test_an_engine_that_drains_takes_no_new_actors(engine: Engine) -> None:
    refused: list[bool] = []

    class Late(Actor):
        def receive(self, context: Context, message: Message) -> None:
            with pytest.raises(backstage.Ending):
                context.spawn(ignore)
            refused.append(True)

    ref = engine.spawn(Late)
    ref.tell(b"")
    engine.drain()
    assert engine.run()
    assert refused
    engine.spawn(ignore)


def test_a_context_is_of_a_living_actor_of_this_engine(make_engine: Callable[..., Engine]) -> None:
    one, other = make_engine(), make_engine()
    ref = one.spawn(ignore)
    other.spawn(ignore)
    assert one.context(ref).ref == ref
    assert one.context(ref).engine is one
    with pytest.raises(backstage.OtherEngine):
        other.context(ref)
    ref.stop()
    one.run_until_idle()
    with pytest.raises(backstage.NotFound):
        one.context(ref)
