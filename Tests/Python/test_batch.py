"""Actors that take many messages at once."""

from __future__ import annotations

import struct
from array import array
from typing import Any

import pytest

import backstage
from backstage import Batch, Context, Engine, Message, MessageType, codecs

from .support import BatchKeeper, Taker


def test_what_is_queued_comes_together_and_in_order(engine: Engine) -> None:
    kept: list[list[bytes]] = []
    ref = engine.spawn(BatchKeeper, kept)
    ref.tell_many([b"%d" % number for number in range(50)])
    engine.run_until_idle()
    assert kept == [[b"%d" % number for number in range(50)]]


@pytest.mark.parametrize(("budget", "sizes"), [(1, [1] * 10), (4, [4, 4, 2]), (255, [10])])
def test_no_more_than_the_budget_come_together(
    engine: Engine, budget: int, sizes: list[int]
) -> None:
    kept: list[list[bytes]] = []
    engine.spawn(BatchKeeper, kept, budget=budget).tell_many(bytes(10), size=1)
    engine.run_until_idle()
    assert list(map(len, kept)) == sizes


@pytest.mark.parametrize("size", [0, 1, 16, 31, 32, 33, 40, 256, 257, 5000, 65536 + 8, 1 << 24])
def test_payloads_of_any_size(engine: Engine, size: int) -> None:
    kept: list[list[bytes]] = []
    ref = engine.spawn(BatchKeeper, kept)
    payloads = [bytes([number]) * size for number in range(3)]
    ref.tell_many(payloads)
    engine.run_until_idle()
    assert kept == [payloads]


def test_payloads_of_mixed_sizes(engine: Engine) -> None:
    kept: list[list[bytes]] = []
    ref = engine.spawn(BatchKeeper, kept)
    payloads = [bytes([size % 256]) * size for size in (1, 0, 257, 32, 33, 1, 65537, 8, 256)]
    ref.tell_many(payloads)
    engine.run_until_idle()
    assert kept == [payloads]


def test_it_is_a_sequence_of_messages(engine: Engine) -> None:
    seen: list[Any] = []

    def take(context: Context, messages: Batch) -> None:
        assert len(messages) == 5
        assert messages
        assert [message.payload for message in messages] == [b"a", b"b", b"c", b"d", b"e"]
        assert messages[0].payload == messages[-5].payload == b"a"
        assert messages[4].payload == messages[-1].payload == b"e"
        assert messages[0] is messages[0]
        assert [message.payload for message in messages[1:4]] == [b"b", b"c", b"d"]
        assert [message.payload for message in messages[::-2]] == [b"e", b"c", b"a"]
        assert [message.payload for message in reversed(messages)] == [b"e", b"d", b"c", b"b", b"a"]
        assert all(message.type is MessageType.SEND for message in messages)
        assert messages[2] in messages
        for index in (5, -6, 1000):
            with pytest.raises(IndexError):
                messages[index]
        seen.append(True)

    engine.spawn(Taker, take).tell_many(b"abcde", size=1)
    engine.run_until_idle()
    assert seen


def test_it_can_be_gone_through_several_times(engine: Engine) -> None:
    sums: list[int] = []

    def take(context: Context, messages: Batch) -> None:
        for _ in range(3):
            sums.append(sum(message.payload[0] for message in messages))
            sums.append(sum(payload[0] for payload in messages.payloads))

    engine.spawn(Taker, take).tell_many(bytes(range(10)), size=1)
    engine.run_until_idle()
    assert sums == [45] * 6


def test_senders(engine: Engine) -> None:
    seen: list[list[int]] = []
    ref = engine.spawn(Taker, lambda context, messages: seen.append(messages.senders))
    ref.tell(b"")

    def tell(context: Context, message: Message) -> None:
        ref.tell(b"")

    one, two = engine.spawn(tell), engine.spawn(tell)
    one.tell(b"")
    two.tell(b"")
    one.tell(b"")
    engine.run_until_idle()
    senders = [sender for batch in seen for sender in batch]
    assert senders[0] == 0
    assert sorted(senders) == sorted([0, one.value, one.value, two.value])


def test_an_ask_from_outside_has_no_sender_here_either(engine: Engine) -> None:
    seen: list[list[int]] = []
    ref = engine.spawn(Taker, lambda context, messages: seen.append(messages.senders))
    ref.ask(b"", block=False)
    engine.run_until_idle()
    assert seen == [[0]]


@pytest.mark.parametrize(
    ("format", "values"),
    [
        ("<dI", (1.5, 7)),
        ("dI", (1.5, 7)),
        (">Hh", (1, -1)),
        ("!I", (1,)),
        ("=q", (-5,)),
        ("B", (255,)),
        ("<4Q", (1, 2, 3, 4)),
        ("<32s", (b"x" * 32,)),
        ("<?xh", (True, 3)),
    ],
)
def test_unpack(engine: Engine, format: str, values: tuple[Any, ...]) -> None:
    seen: list[list[tuple[Any, ...]]] = []
    ref = engine.spawn(Taker, lambda context, messages: seen.append([*messages.unpack(format)]))
    order = format if format[0] in "<>=!" else "<" + format
    ref.tell_many(struct.pack(order, *values) * 3, size=struct.calcsize(order))
    engine.run_until_idle()
    assert seen == [[values] * 3]


@pytest.mark.parametrize("size", [0, 7, 9, 33, 256, 264, 65536, 65544, (1 << 24) - 248])
def test_unpack_takes_no_payload_of_another_size(engine: Engine, size: int) -> None:
    errors: list[str] = []

    def take(context: Context, messages: Batch) -> None:
        with pytest.raises(ValueError, match="8 bytes") as error:
            messages.unpack("<Q")
        errors.append(str(error.value))

    ref = engine.spawn(Taker, take)
    ref.tell_many([bytes(8), bytes(size), bytes(8)])
    engine.run_until_idle()
    assert len(errors) == 1


@pytest.mark.parametrize("format", ["33s", "5Q", "0s", "", "nonsense", "<"])
def test_unpack_takes_no_other_format(engine: Engine, format: str) -> None:
    seen: list[bool] = []

    def take(context: Context, messages: Batch) -> None:
        with pytest.raises((ValueError, struct.error)):
            messages.unpack(format)
        seen.append(True)

    engine.spawn(Taker, take).tell(b"")
    engine.run_until_idle()
    assert seen


def test_it_may_not_be_used_once_receive_batch_has_returned(engine: Engine) -> None:
    kept: list[Batch] = []
    engine.spawn(Taker, lambda context, messages: kept.append(messages)).tell_many(b"ab", size=1)
    engine.run_until_idle()
    (batch,) = kept
    for use in (
        lambda: batch[0],
        lambda: batch.payloads,
        lambda: batch.senders,
        lambda: batch.unpack("<B"),
        lambda: list(batch),
    ):
        with pytest.raises(backstage.InvalidArgument, match="until"):
            use()
    assert len(batch) == 2


def test_messages_taken_out_of_it_may_be_kept(engine: Engine) -> None:
    kept: list[Message] = []
    ref = engine.spawn(Taker, lambda context, messages: kept.extend(messages))
    payloads = [b"short", b"long" * 100, b""]
    ref.tell_many(payloads)
    engine.run_until_idle()
    ref.tell_many([b"x" * 5, b"y" * 400, b"z"])
    engine.run_until_idle()
    assert [message.payload for message in kept[:3]] == payloads
    assert [bytes(message.view()) for message in kept[:3]] == payloads


def test_a_codec_reads_the_payloads(engine: Engine) -> None:
    kept: list[list[Any]] = []
    ref = engine.spawn(BatchKeeper, kept, codec=codecs.JSON)
    ref.tell_many([1, {"a": [2]}, None])
    engine.run_until_idle()
    assert kept == [[1, {"a": [2]}, None]]


def test_an_array_of_records_there_and_back(engine: Engine) -> None:
    total = array("d", [0.0])

    def take(context: Context, messages: Batch) -> None:
        for (value,) in messages.unpack("<d"):
            total[0] += value

    ref = engine.spawn(Taker, take, capacity=10_000)
    ref.tell_many(array("d", range(10_000)), size=8)
    engine.run_until_idle()
    assert total[0] == sum(range(10_000))
