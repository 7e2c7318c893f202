"""Inboxes that are full, and payloads that are too large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import DeadLetter, DeadReason, Engine, Overflow

from .support import Keeper, inside, queued, tell_all


@pytest.mark.parametrize("place", ["outside", "inside"])
def test_a_full_inbox_refuses_until_there_is_room(engine: Engine, place: str) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept, capacity=3)

    def fill(*arguments: Any) -> None:
        tell_all(keeper, [b"0", b"1", b"2"])
        for _ in range(3):
            with pytest.raises(backstage.InboxFull):
                keeper.tell(b"refused")

    if place == "outside":
        fill()
    else:
        inside(engine, fill)
    engine.run_until_idle()
    keeper.tell(b"3")
    engine.run_until_idle()
    assert kept == [b"0", b"1", b"2", b"3"]


@pytest.mark.parametrize(
    ("overflow", "left", "reason"),
    [
        (Overflow.DROP_NEWEST, [b"0", b"1", b"2"], DeadReason.DROPPED_NEWEST),
        (Overflow.DROP_OLDEST, [b"7", b"8", b"9"], DeadReason.DROPPED_OLDEST),
    ],
)
@pytest.mark.parametrize("place", ["outside", "inside"])
def test_an_inbox_that_drops_refuses_nothing(
    engine: Engine,
    letters: list[DeadLetter],
    overflow: Overflow,
    left: list[bytes],
    reason: DeadReason,
    place: str,
) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept, capacity=3, overflow=overflow)

    def fill(*_: Any) -> None:
        for number in range(10):
            keeper.tell(b"%d" % number)

    if place == "outside":
        fill()
    else:
        inside(engine, fill)
    engine.run_until_idle()
    assert kept == left
    dropped = [b"%d" % number for number in range(10) if b"%d" % number not in left]
    assert [letter.payload for letter in letters] == dropped
    assert {letter.reason for letter in letters} == {reason}


@pytest.mark.parametrize("place", ["outside", "inside"])
def test_a_payload_may_be_as_large_as_the_limit(
    make_engine: Callable[..., Engine], place: str
) -> None:
    engine = make_engine(payload_bytes_max=100)
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    def tell(*arguments: Any) -> None:
        for _ in range(4):
            keeper.tell(bytes(100))
            with pytest.raises(backstage.PayloadTooLarge):
                keeper.tell(bytes(101))
        keeper.tell(b"")

    if place == "outside":
        tell()
    else:
        inside(engine, tell)
    engine.run_until_idle()
    assert list(map(len, kept)) == [100] * 4 + [0]


def test_a_refused_message_changes_nothing(engine: Engine) -> None:
    keeper = engine.spawn(Keeper, [], capacity=1)
    keeper.tell(b"")
    before = engine.statistics()
    for _ in range(5):
        with pytest.raises(backstage.InboxFull):
            keeper.tell(b"")
    assert engine.statistics() == before
    assert queued(keeper, engine) == 1


@pytest.mark.parametrize("place", ["outside", "inside"])
def test_memory_that_is_used_up_refuses_until_there_is_some(
    make_engine: Callable[..., Engine], place: str
) -> None:
    engine = make_engine(memory_bytes_max=4_000_000)
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept, capacity=100_000)
    accepted: list[int] = []

    def fill(*arguments: Any) -> None:
        try:
            for number in range(100_000):
                keeper.tell(b"%d" % number * 500)
                accepted.append(number)
        except backstage.NoMemory:
            pass
        for _ in range(3):
            with pytest.raises(backstage.NoMemory):
                keeper.tell(bytes(1_000_000))

    if place == "outside":
        fill()
    else:
        inside(engine, fill)
    engine.run_until_idle()
    assert kept == [b"%d" % number * 500 for number in accepted]
    assert len(kept) > 100
    keeper.tell(b"again")
    engine.run_until_idle()
    assert kept[-1] == b"again"
