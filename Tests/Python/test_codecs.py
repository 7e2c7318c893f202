"""Codecs: objects as payloads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backstage import Context, Engine, InvalidArgument, Message, Ref, codecs

from .support import Keeper, ignore, inside

VALUES = [None, True, 0, -1.5, "text", "ü日\N{GRINNING FACE}", [], [1, [2]], {"a": {"b": [None]}}]


@pytest.mark.parametrize(
    "codec",
    [codecs.JSON, codecs.Pickle, codecs.Msgspec(), codecs.Msgspec(format="json"), codecs.Reference],
    ids=lambda codec: type(codec).__name__,
)
@pytest.mark.parametrize("place", ["outside", "inside"])
def test_values_arrive(engine: Engine, codec: Any, place: str) -> None:
    kept: list[Any] = []
    keeper = engine.spawn(Keeper, kept, codec=codec)

    def tell(*_: Any) -> None:
        for value in VALUES:
            keeper.tell(value)
        keeper.tell_many(VALUES)

    if place == "outside":
        tell()
    else:
        inside(engine, tell)
    engine.run_until_idle()
    assert kept == VALUES * 2
    for value in VALUES:
        assert keeper.ask(value, block=False) is not None
    engine.run_until_idle()


@pytest.mark.parametrize("codec", [codecs.JSON, codecs.Pickle, codecs.Msgspec(), codecs.Reference])
def test_values_come_back(engine: Engine, codec: Any) -> None:
    server = engine.spawn(lambda context, message: [message.payload], codec=codec)
    for value in VALUES:
        assert server.ask(value) == [value]


def test_json_is_compact_utf_8() -> None:
    assert codecs.JSON.encode({"ü": [1, 2]}) == '{"ü":[1,2]}'.encode()
    assert codecs.JSON.decode(b'{"a": 1}') == {"a": 1}


def test_pickle_takes_any_object(engine: Engine) -> None:
    kept: list[Any] = []
    engine.spawn(Keeper, kept, codec=codecs.Pickle).tell({1, (2, 3)})
    engine.run_until_idle()
    assert kept == [{1, (2, 3)}]


def test_a_ref_may_be_part_of_what_is_pickled(engine: Engine) -> None:
    kept: list[Any] = []
    keeper = engine.spawn(Keeper, [])

    def receive(context: Context, message: Message) -> None:
        ref: Ref = message.payload["reply to"]
        kept.append(ref)
        ref.tell(b"hello")

    engine.spawn(receive, codec=codecs.Pickle).tell({"reply to": keeper})
    engine.run_until_idle()
    assert kept == [keeper]
    assert engine.actor_statistics(keeper).handled == 1


def test_msgspec_checks_the_type(engine: Engine, logged: Any) -> None:
    import msgspec

    order = msgspec.defstruct("Order", [("item", str), ("count", int)])
    kept: list[Any] = []
    keeper = engine.spawn(Keeper, kept, codec=codecs.Msgspec(order))
    keeper.tell(order("apple", 3))
    engine.run_until_idle()
    assert kept == [order("apple", 3)]
    keeper.using(codecs.Msgspec()).tell({"item": 7})
    engine.run_until_idle()
    assert [type(error) for error in logged.errors()] == [msgspec.ValidationError]
    with pytest.raises(InvalidArgument):
        codecs.Msgspec(format="xml")


class OrderCodec:
    """Any object with the two methods is a codec."""

    @staticmethod
    def encode(value: Any, /) -> bytes:
        return json.dumps(value).encode()

    @staticmethod
    def decode(data: bytes, /) -> Any:
        return json.loads(data)


def test_a_class_may_be_a_codec(engine: Engine) -> None:
    class Coded(Keeper):
        codec = OrderCodec

    kept: list[Any] = []
    engine.spawn(Coded, kept).tell({"a": 1})
    engine.run_until_idle()
    assert kept == [{"a": 1}]


class Makes:
    """A codec that makes what it is told to."""

    def __init__(self, made: Any) -> None:
        self.made = made

    def encode(self, value: Any, /) -> Any:
        return self.made

    def decode(self, data: bytes, /) -> Any:
        return data


@pytest.mark.parametrize("made", [b"abc", bytearray(b"abc"), memoryview(b"abc")])
def test_a_codec_may_make_anything_bytes_like(engine: Engine, made: Any) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept, codec=Makes(made), id="keeper")

    def tell(context: Context) -> None:
        for _ in range(3):
            keeper.tell(None)
        keeper.tell_many([None])
        context.tell("keeper", None)
        context.request(keeper, None)
        keeper.ask(None, block=False)

    inside(engine, tell)
    engine.tell("keeper", None)
    engine.run_until_idle()
    assert kept == [b"abc"] * 8


@pytest.mark.parametrize("made", ["abc", None, 7, ["a"]])
def test_a_codec_that_makes_something_else_is_a_type_error(engine: Engine, made: Any) -> None:
    keeper = engine.spawn(Keeper, [], codec=Makes(made), id="keeper")

    def tell(context: Context) -> None:
        for send in (
            lambda: keeper.tell(None),
            lambda: keeper.tell(None),
            lambda: keeper.tell_many([None]),
            lambda: context.tell("keeper", None),
            lambda: context.request(keeper, None),
            lambda: keeper.ask(None, block=False),
            lambda: engine.context(keeper).publish(None),
            lambda: engine.context(keeper).broadcast("kind", None),
            lambda: engine.tell("keeper", None),
            lambda: engine.publish(keeper, None),
        ):
            with pytest.raises(TypeError):
                send()

    inside(engine, tell)
    assert engine.statistics().accepted == 1


def test_what_encode_raises_is_the_sender_s(engine: Engine) -> None:
    keeper = engine.spawn(Keeper, [], codec=codecs.JSON)
    with pytest.raises(TypeError):
        keeper.tell(object())
    assert keeper.is_alive()


def test_using_another_codec_for_one_ref(engine: Engine) -> None:
    kept: list[Any] = []
    keeper = engine.spawn(Keeper, kept)
    as_json = keeper.using(codecs.JSON)
    as_json.tell([1])
    keeper.tell(b"raw")
    as_json.using(None).tell(b"raw too")
    engine.run_until_idle()
    assert kept == [b"[1]", b"raw", b"raw too"]
    assert as_json == keeper


def test_refs_that_are_found_know_the_codec(engine: Engine) -> None:
    kept: list[Any] = []
    keeper = engine.spawn(Keeper, kept, codec=codecs.JSON, id="keeper")
    engine.find("keeper").tell(1)
    engine.ref(keeper.value).tell(2)
    engine.actors()[0].tell(3)
    engine.tell("keeper", 4)
    engine.context(keeper).ref.tell(5)
    inside(engine, lambda context: context.tell("keeper", 6))
    assert kept == [1, 2, 3, 4, 5, 6]


def test_publications_and_broadcasts_are_in_the_sender_s_codec(engine: Engine) -> None:
    kept: list[Any] = []
    keeper = engine.spawn(Keeper, kept, codec=codecs.JSON, kind="json")
    sender = engine.spawn(ignore, codec=codecs.JSON, id="sender")
    engine.context(keeper).subscribe("sender")
    context = engine.context(sender)
    assert context.publish({"a": 1}) == 1
    assert context.broadcast("json", {"b": 2}) == 1
    engine.publish(sender, {"c": 3})
    engine.run_until_idle()
    assert kept == [{"a": 1}, {"b": 2}, {"c": 3}]
