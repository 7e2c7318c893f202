"""Sending one message: what may be sent, who gets it, and what is raised."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import Context, Engine, Message, Ref

from .support import Keeper, inside, tell_all


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 63, 64, 4095, 4096, 4097, 1 << 20])
def test_a_payload_of_any_size_arrives_as_it_was(engine: Engine, size: int) -> None:
    payload = bytes(index * 7 % 256 for index in range(size))
    kept: list[bytes] = []
    engine.spawn(Keeper, kept).tell(payload)
    engine.run_until_idle()
    assert kept == [payload]
    assert type(kept[0]) is bytes


@pytest.mark.parametrize(
    "payload",
    [
        bytearray(b"abcd"),
        memoryview(b"abcd"),
        array("B", b"abcd"),
        array("H", [25185, 25699]),
        memoryview(b"a-b-c-d")[::2],
        memoryview(b"dcba")[::-1],
        memoryview(b"abcd").cast("B", (2, 2)),
        type("Bytes", (bytes,), {})(b"abcd"),
    ],
    ids=lambda payload: type(payload).__name__,
)
@pytest.mark.parametrize("place", ["outside", "inside"])
def test_whatever_is_bytes_like_is_a_payload(engine: Engine, payload: Any, place: str) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)
    if place == "outside":
        keeper.tell(payload)
    else:
        inside(engine, lambda context: tell_all(keeper, [payload] * 3))
    engine.run_until_idle()
    assert set(kept) == {b"abcd"}


@pytest.mark.parametrize("payload", ["text", 7, None, 1.5, object(), ["a"], {"a": 1}])
@pytest.mark.parametrize("place", ["outside", "inside"])
def test_what_is_not_bytes_like_is_a_type_error_that_names_the_cure(
    engine: Engine, payload: Any, place: str
) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    def tell(*_: Any) -> None:
        keeper.tell(b"before")
        keeper.tell(b"before")
        with pytest.raises(TypeError, match="codec"):
            keeper.tell(payload)
        keeper.tell(b"after")

    if place == "outside":
        tell()
    else:
        inside(engine, tell)
    engine.run_until_idle()
    assert kept == [b"before", b"before", b"after"]


def test_the_payload_is_copied(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)
    short, long = bytearray(b"short"), bytearray(b"long" * 100)

    def tell(context: Context) -> None:
        for _ in range(3):
            keeper.tell(short)
            keeper.tell(memoryview(long))
            short[0] += 1
            long[0] += 1

    inside(engine, tell)
    assert [payload[:2] for payload in kept] == [b"sh", b"lo", b"th", b"mo", b"uh", b"no"]


def test_messages_arrive_in_the_order_sent(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)
    for number in range(1000):
        keeper.tell(b"%d" % number)
    engine.run_until_idle()
    assert kept == [b"%d" % number for number in range(1000)]


def test_a_message_from_outside_has_no_sender(engine: Engine) -> None:
    senders: list[Ref | None] = []
    ref = engine.spawn(lambda context, message: senders.append(message.sender))
    ref.tell(b"")
    engine.tell(ref, b"")
    ref.tell_many([b"", b""])
    ref.ask(b"", block=False)
    engine.run_until_idle()
    assert senders == [None] * 5


def test_a_message_from_an_actor_has_it_as_its_sender(engine: Engine) -> None:
    senders: list[Ref | None] = []
    ref = engine.spawn(lambda context, message: senders.append(message.sender), id="to")

    def tell(context: Context) -> Ref:
        ref.tell(b"")
        ref.tell(b"")
        ref.tell(b"")
        context.tell(ref, b"")
        context.tell("to", b"")
        engine.tell(ref, b"")
        engine.tell("to", b"")
        ref.tell_many([b""])
        return context.ref

    sender = inside(engine, tell)
    assert senders == [sender] * 8


def test_a_context_sends_as_its_own_actor_wherever_it_is_used(engine: Engine) -> None:
    senders: list[Ref | None] = []
    ref = engine.spawn(lambda context, message: senders.append(message.sender), id="to")
    actor = engine.spawn(Keeper, [])
    engine.context(actor).tell(ref, b"")
    engine.context(actor).tell("to", b"")
    inside(engine, lambda context: engine.context(actor).tell(ref, b""))
    engine.run_until_idle()
    assert senders == [actor] * 3


def test_a_tell_only_queues(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    def tell(context: Context) -> list[bytes]:
        keeper.tell(b"one")
        keeper.tell(b"two")
        return list(kept)

    assert inside(engine, tell) == []
    assert kept == [b"one", b"two"]


def test_an_actor_tells_itself(engine: Engine) -> None:
    kept: list[bytes] = []

    def receive(context: Context, message: Message) -> None:
        kept.append(message.payload)
        if len(kept) < 100:
            context.ref.tell(b"%d" % len(kept))

    engine.spawn(receive, capacity=1).tell(b"0")
    engine.run_until_idle()
    assert kept == [b"%d" % number for number in range(100)]


def test_by_id(engine: Engine) -> None:
    kept: list[bytes] = []
    engine.spawn(Keeper, kept, id="kéeper")
    engine.tell("kéeper", b"outside")
    inside(engine, lambda context: context.tell("kéeper", b"inside"))
    assert kept == [b"outside", b"inside"]
    tells: list[Callable[..., None]] = [
        engine.tell,
        lambda *args: inside(engine, lambda context: context.tell(*args)),
    ]
    for tell in tells:
        with pytest.raises(backstage.NotFound):
            tell("nobody", b"")
        with pytest.raises(backstage.InvalidId):
            tell("", b"")
        with pytest.raises(backstage.InvalidId):
            tell("x" * 256, b"")
        with pytest.raises(TypeError):
            tell(7, b"")


def test_who_has_ended_is_not_found_for_ever(engine: Engine) -> None:
    kept: list[bytes] = []
    ended = engine.spawn(Keeper, [])
    ended.stop()
    engine.run_until_idle()
    engine.spawn(Keeper, kept)
    for _ in range(3):
        with pytest.raises(backstage.NotFound):
            ended.tell(b"")

    def tell(context: Context) -> None:
        for _ in range(3):
            with pytest.raises(backstage.NotFound):
                ended.tell(b"")

    inside(engine, tell)
    assert kept == []


def test_who_is_ending_takes_nothing(engine: Engine) -> None:
    for end in (Ref.stop, Ref.drain):
        ref = engine.spawn(Keeper, [])
        end(ref)
        with pytest.raises((backstage.Ending, backstage.NotFound)):
            ref.tell(b"")
    poisoned = engine.spawn(Keeper, [])
    poisoned.tell(b"")
    poisoned.poison()
    with pytest.raises(backstage.Ending):
        poisoned.tell(b"")
    engine.run_until_idle()


def test_a_closed_engine_takes_nothing(engine: Engine) -> None:
    keeper = engine.spawn(Keeper, [], id="keeper")
    engine.close()
    for tell in (
        lambda: keeper.tell(b""),
        lambda: keeper.tell_many([b""]),
        lambda: engine.tell(keeper, b""),
        lambda: engine.tell("keeper", b""),
    ):
        with pytest.raises(backstage.Closed):
            tell()


def test_the_actor_of_another_engine_can_be_told(make_engine: Callable[..., Engine]) -> None:
    one, other = make_engine(), make_engine()
    kept: list[tuple[bytes, Ref | None]] = []
    keeper = other.spawn(lambda context, message: kept.append((message.payload, message.sender)))
    inside(one, lambda context: tell_all(keeper, [b"0", b"1", b"2"]))
    assert kept == []
    other.run_until_idle()
    assert kept == [(b"0", None), (b"1", None), (b"2", None)]
