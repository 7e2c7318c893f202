"""Many messages in one call: records of one size, iterables of payloads, and how far it came."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

import backstage
from backstage import Context, DeadLetter, Engine, Overflow, Ref, codecs

from .support import Keeper, inside


def everywhere(test: Callable[..., None]) -> Any:
    """Runs a test outside actors and inside one."""
    return pytest.mark.parametrize("place", ["outside", "inside"])(test)


def at(place: str, engine: Engine, action: Callable[[], Any]) -> Any:
    return action() if place == "outside" else inside(engine, lambda context: action())


@everywhere
@pytest.mark.parametrize("kind", [list, tuple, iter, lambda items: (item for item in items)])
def test_an_iterable_of_payloads(engine: Engine, place: str, kind: Callable[[Any], Any]) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)
    payloads = [b"", b"a", b"b" * 32, b"c" * 33, b"d" * 5000, b"e"]
    assert at(place, engine, lambda: keeper.tell_many(kind(payloads))) == 6
    engine.run_until_idle()
    assert kept == payloads


@everywhere
def test_payloads_of_several_types(engine: Engine, place: str) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)
    payloads = [b"ab", bytearray(b"ab"), memoryview(b"ab"), array("H", [25185]), b"ab"]
    assert at(place, engine, lambda: keeper.tell_many(payloads)) == 5
    engine.run_until_idle()
    assert kept == [b"ab"] * 5


@everywhere
@pytest.mark.parametrize(
    "records",
    [
        struct.pack("<6I", *range(6)),
        bytearray(struct.pack("<6I", *range(6))),
        memoryview(array("I", range(6))),
        array("I", range(6)),
        memoryview(array("I", range(12)))[::2].tobytes(),
    ],
    ids=lambda records: type(records).__name__,
)
def test_records_of_one_size(engine: Engine, place: str, records: Any) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)
    assert at(place, engine, lambda: keeper.tell_many(records, size=4)) == 6
    engine.run_until_idle()
    assert b"".join(kept) == bytes(memoryview(records).cast("B"))
    assert list(map(len, kept)) == [4] * 6


@pytest.mark.parametrize("size", [1, 2, 3, 33, 5000])
def test_records_of_any_size(engine: Engine, size: int) -> None:
    kept: list[bytes] = []
    engine.spawn(Keeper, kept).tell_many(bytes(size * 7), size)
    engine.run_until_idle()
    assert kept == [bytes(size)] * 7


@everywhere
def test_nothing_is_a_number_of_messages_too(engine: Engine, place: str) -> None:
    keeper = engine.spawn(Keeper, [])
    nothing: list[Any] = [[], (), iter(()), {}]
    for payloads in nothing:
        assert at(place, engine, partial(keeper.tell_many, payloads)) == 0
    assert at(place, engine, lambda: keeper.tell_many(b"", size=8)) == 0


def test_more_messages_than_one_turn_takes(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept, capacity=100_000)
    assert keeper.tell_many(array("I", range(100_000)), size=4) == 100_000
    engine.run_until_idle()
    assert array("I", b"".join(kept)) == array("I", range(100_000))


@pytest.mark.parametrize(("data", "size"), [(b"12345", 2), (b"1", 2), (b"12", 0), (b"12", -1)])
def test_a_part_of_a_record_is_a_value_error(engine: Engine, data: bytes, size: int) -> None:
    keeper = engine.spawn(Keeper, [])
    with pytest.raises(ValueError, match="records"):
        keeper.tell_many(data, size=size)
    assert engine.statistics().accepted == 0


@everywhere
@pytest.mark.parametrize("payloads", [["a"], [b"a", 1], [None], [1.5], "abc", [[b"a"]], b"abc", 7])
def test_what_is_not_bytes_like_is_a_type_error(engine: Engine, place: str, payloads: Any) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    def tell() -> None:
        keeper.tell(b"before")
        with pytest.raises(TypeError):
            keeper.tell_many(payloads)
        keeper.tell(b"after")

    at(place, engine, tell)
    engine.run_until_idle()
    assert kept == [b"before", b"after"]


def test_what_the_iterable_raises_is_raised_before_anything_is_sent(engine: Engine) -> None:
    def payloads() -> Iterator[bytes]:
        yield b"a"
        raise LookupError

    with pytest.raises(LookupError):
        engine.spawn(Keeper, []).tell_many(payloads())
    assert engine.statistics().accepted == 0


@everywhere
def test_a_full_inbox_takes_what_it_has_room_for(engine: Engine, place: str) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept, capacity=3)

    def tell() -> None:
        with pytest.raises(backstage.InboxFull) as full:
            keeper.tell_many([b"%d" % number for number in range(5)])
        assert full.value.accepted == 3
        with pytest.raises(backstage.InboxFull) as full:
            keeper.tell_many(b"12", size=1)
        assert full.value.accepted == 0

    at(place, engine, tell)
    engine.run_until_idle()
    assert kept == [b"0", b"1", b"2"]


@everywhere
def test_it_goes_on_up_to_a_payload_that_is_too_large(
    make_engine: Callable[..., Engine], place: str
) -> None:
    engine = make_engine(payload_bytes_max=4)
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    def tell() -> None:
        with pytest.raises(backstage.PayloadTooLarge) as refused:
            keeper.tell_many([b"1234", b"", b"12345", b"6"])
        assert refused.value.accepted == 2

    at(place, engine, tell)
    engine.run_until_idle()
    assert kept == [b"1234", b""]


def test_an_inbox_that_drops_takes_all(engine: Engine, letters: list[DeadLetter]) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept, capacity=2, overflow=Overflow.DROP_OLDEST)
    assert keeper.tell_many(b"abcde", size=1) == 5
    engine.run_until_idle()
    assert kept == [b"d", b"e"]
    assert [letter.payload for letter in letters] == [b"a", b"b", b"c"]


@everywhere
def test_who_has_ended_takes_none(engine: Engine, place: str) -> None:
    ended = engine.spawn(Keeper, [])
    ended.stop()
    engine.run_until_idle()

    def tell() -> None:
        with pytest.raises(backstage.NotFound) as refused:
            ended.tell_many([b"a", b"b"])
        assert refused.value.accepted == 0

    at(place, engine, tell)


@everywhere
def test_a_codec_makes_each_payload(engine: Engine, place: str) -> None:
    kept: list[Any] = []
    keeper = engine.spawn(Keeper, kept, codec=codecs.JSON)
    values = [1, "two", {"three": 3}, [4], None]
    assert at(place, engine, lambda: keeper.tell_many(iter(values))) == 5
    engine.run_until_idle()
    assert kept == values


def test_a_codec_that_raises_sends_nothing(engine: Engine) -> None:
    keeper = engine.spawn(Keeper, [], codec=codecs.JSON)
    with pytest.raises(TypeError):
        keeper.tell_many([1, object(), 2])
    assert engine.statistics().accepted == 0


def test_an_actor_is_the_sender(engine: Engine) -> None:
    senders: list[Ref | None] = []
    ref = engine.spawn(lambda context, message: senders.append(message.sender))

    def tell(context: Context) -> Ref:
        ref.tell_many([b"a", b"b"])
        return context.ref

    assert [inside(engine, tell)] * 2 == senders
