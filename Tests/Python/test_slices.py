"""Actors that take messages one by one are handed many underneath, which nobody may notice."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import Actor, Context, DeadLetter, Engine, Message, Overflow, Supervision

from .support import Failing, Keeper, ignore

SIZES = [0, 1, 16, 32, 33, 300]


def numbers(*bounds: int) -> list[bytes]:
    return [b"%d" % number for number in range(*bounds)]


@pytest.mark.parametrize("counts", [[1], [2, 1, 3], [100], [1, 200, 1, 7]])
def test_payloads_of_mixed_sizes_arrive_in_order(engine: Engine, counts: list[int]) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)
    sent: list[bytes] = []
    for count in counts:
        for number in range(count):
            sent.append(bytes([number % 256]) * SIZES[number * 7 % len(SIZES)])
            keeper.tell(sent[-1])
        engine.run_until_idle()
    assert kept == sent


@pytest.mark.parametrize("at", [0, 1, 7, 8, 30, 63, 64, 99])
@pytest.mark.parametrize("size", [1, 40])
def test_a_failure_is_of_one_message(
    engine: Engine, logged: Any, letters: list[DeadLetter], at: int, size: int
) -> None:
    seen: list[bytes] = []
    payloads = [payload.ljust(size) for payload in numbers(100)]

    def receive(context: Context, message: Message) -> None:
        seen.append(message.payload)
        if message.payload == payloads[at]:
            raise Failing

    boss = engine.spawn(ignore, supervision=Supervision())
    ref = engine.context(boss).spawn_child(receive)
    ref.tell_many(payloads)
    engine.run_until_idle()
    assert seen == payloads
    assert [letter.payload for letter in letters] == [payloads[at]]
    assert engine.actor_statistics(ref).handled == 99
    assert len(logged.errors()) == 1


@pytest.mark.parametrize("at", [0, 5, 9])
def test_an_exit_is_of_one_message(engine: Engine, at: int) -> None:
    seen: list[bytes] = []

    def receive(context: Context, message: Message) -> None:
        seen.append(message.payload)
        if message.payload == b"%d" % at:
            raise KeyboardInterrupt

    engine.spawn(receive).tell_many(numbers(10))
    with pytest.raises(KeyboardInterrupt):
        engine.run_until_idle()
    assert seen == numbers(at + 1)
    engine.run_until_idle()
    assert seen == numbers(10)
    assert engine.statistics().dead == 0


@pytest.mark.parametrize("at", [0, 5, 9])
def test_what_is_done_to_one_message_is_done_to_that(engine: Engine, at: int) -> None:
    forwarded: list[bytes] = []
    keeper = engine.spawn(Keeper, forwarded)
    seen: list[bytes] = []

    def receive(context: Context, message: Message) -> None:
        if message.payload == b"%d" % at:
            message.forward(keeper)
            if len(seen) == at:
                message.stash()
                seen.append(b"stashed")
                return
        seen.append(message.payload)

    ref = engine.spawn(receive)
    ref.tell_many(numbers(10))
    engine.run_until_idle()
    assert forwarded == [b"%d" % at]
    assert seen == [*numbers(at), b"stashed", *numbers(at + 1, 10)]
    engine.context(ref).unstash()
    engine.run_until_idle()
    assert seen[-1] == b"%d" % at


def test_a_restart_makes_the_new_object_take_the_rest(engine: Engine, logged: Any) -> None:
    seen: list[tuple[int, bytes]] = []
    made: list[int] = []

    class Child(Actor):
        def __init__(self) -> None:
            made.append(1)
            self.number = len(made)

        def receive(self, context: Context, message: Message) -> None:
            seen.append((self.number, message.payload))
            if message.payload == b"4":
                raise Failing

    boss = engine.spawn(ignore, supervision=Supervision())
    engine.context(boss).spawn_child(Child).tell_many(numbers(10))
    engine.run_until_idle()
    assert seen == [(1 if number < 5 else 2, b"%d" % number) for number in range(10)]
    assert len(logged.errors()) == 1


def test_a_request_amid_sends(engine: Engine) -> None:
    order: list[bytes] = []

    def receive(context: Context, message: Message) -> Any:
        order.append(message.payload)
        return message.payload

    ref = engine.spawn(receive)
    ref.tell_many(numbers(5))
    future = ref.ask(b"5", block=False)
    ref.tell_many(numbers(6, 10))
    assert future.get() == b"5"
    engine.run_until_idle()
    assert order == numbers(10)


@pytest.mark.xfail(reason="what was handled before in the same slice keeps its room meanwhile")
def test_a_full_inbox_has_room_for_what_its_actor_tells_itself(engine: Engine) -> None:
    refused: list[int] = []
    seen: list[bytes] = []

    def receive(context: Context, message: Message) -> None:
        seen.append(message.payload)
        if len(seen) <= 20:
            try:
                context.ref.tell(b"again")
            except backstage.InboxFull:
                refused.append(len(seen))

    engine.spawn(receive, capacity=8).tell_many(numbers(8))
    engine.run_until_idle()
    assert refused == []
    assert len(seen) == 28


@pytest.mark.xfail(reason="what the same slice has in hand is not dropped")
def test_the_oldest_is_dropped_for_what_its_actor_tells_itself(
    engine: Engine, letters: list[DeadLetter]
) -> None:
    seen: list[bytes] = []

    def receive(context: Context, message: Message) -> None:
        seen.append(message.payload)
        if message.payload == b"0":
            for payload in (b"a", b"b"):
                context.ref.tell(payload)

    engine.spawn(receive, capacity=4, overflow=Overflow.DROP_OLDEST).tell_many(numbers(4))
    engine.run_until_idle()
    assert [letter.payload for letter in letters] == [b"1"]
    assert seen == [b"0", b"2", b"3", b"a", b"b"]


@pytest.mark.xfail(reason="what was handled before in the same slice counts when that is over")
def test_what_has_been_handled_counts_as_handled(engine: Engine) -> None:
    counts: list[int] = []

    def receive(context: Context, message: Message) -> None:
        counts.append(engine.statistics().handled)

    engine.spawn(receive).tell_many(numbers(5))
    engine.run_until_idle()
    assert counts == [0, 1, 2, 3, 4]
