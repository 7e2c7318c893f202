"""Messages set aside, and taken back."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Context,
    DeadLetter,
    DeadReason,
    Engine,
    Message,
    Overflow,
    Supervision,
)

from .support import Failing, ignore, ledger_holds, queued


class Door(Actor):
    """Handles messages while it is open, and sets them aside while it is closed."""

    def __init__(self, notes: list[bytes]) -> None:
        self.notes = notes
        self.is_open = False

    def receive(self, context: Context, message: Message) -> None:
        if message.payload == b"open":
            self.is_open = True
            assert context.unstash() >= 0
        elif message.payload == b"close":
            self.is_open = False
        elif message.payload == b"fail":
            raise Failing
        elif self.is_open:
            self.notes.append(message.payload)
        else:
            context.stash(message)


def numbers(*range_: int) -> list[bytes]:
    return [b"%d" % number for number in range(*range_)]


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 64, 200])
def test_they_come_back_in_their_order(engine: Engine, count: int) -> None:
    notes: list[bytes] = []
    ref = engine.spawn(Door, notes)
    ref.tell_many(numbers(count))
    engine.run_until_idle()
    assert notes == []
    statistics = engine.actor_statistics(ref)
    assert (statistics.stashed, statistics.queued) == (count, count)
    ref.tell(b"open")
    engine.run_until_idle()
    assert notes == numbers(count)
    assert engine.actor_statistics(ref).stashed == 0


def test_they_come_before_what_waits(engine: Engine) -> None:
    notes: list[bytes] = []
    ref = engine.spawn(Door, notes)
    ref.tell_many(numbers(3))
    engine.run_until_idle()
    ref.tell(b"open")
    engine.run_no_wait()
    ref.tell_many([*numbers(3, 6), b"close"])
    engine.run_until_idle()
    ref.tell_many(numbers(6, 9))
    engine.run_until_idle()
    engine.context(ref).unstash()
    engine.context(ref).become(lambda context, message: notes.append(message.payload))
    ref.tell(b"9")
    engine.run_until_idle()
    assert notes == numbers(10)


def test_they_come_before_what_is_in_the_same_slice(engine: Engine) -> None:
    notes: list[bytes] = []
    ref = engine.spawn(Door, notes)
    ref.tell_many([*numbers(3), b"open", *numbers(3, 6), b"close", *numbers(6, 9), b"open", b"9"])
    engine.run_until_idle()
    assert notes == numbers(10)


@pytest.mark.parametrize("size", [0, 32, 33, 5000])
def test_payloads_of_any_size(engine: Engine, size: int) -> None:
    notes: list[bytes] = []
    ref = engine.spawn(Door, notes)
    ref.tell_many([bytes([number]) * size for number in range(5)])
    engine.run_until_idle()
    ref.tell(b"open")
    engine.run_until_idle()
    assert notes == [bytes([number]) * size for number in range(5)]


def test_they_keep_their_room(engine: Engine) -> None:
    ref = engine.spawn(Door, [], capacity=3)
    ref.tell_many(numbers(3))
    engine.run_until_idle()
    with pytest.raises(backstage.InboxFull):
        ref.tell(b"open")
    assert queued(ref, engine) == 3
    engine.context(ref).unstash()
    engine.run_until_idle()
    ref.stop()
    engine.run_until_idle()


def test_none_that_is_stashed_is_dropped(engine: Engine, letters: list[DeadLetter]) -> None:
    ref = engine.spawn(Door, [], capacity=3, overflow=Overflow.DROP_OLDEST)
    ref.tell_many(numbers(3))
    engine.run_until_idle()
    with pytest.raises(backstage.InboxFull):
        ref.tell(b"x")
    assert letters == []


def test_unstash_tells_how_many(engine: Engine) -> None:
    counts: list[int] = []

    def receive(context: Context, message: Message) -> None:
        if message.payload == b"count":
            counts.append(context.unstash())
            counts.append(context.unstash())
        elif not counts:
            message.stash()

    ref = engine.spawn(receive)
    ref.tell_many([b"a", b"b", b"count"])
    engine.run_until_idle()
    assert counts == [2, 0]


def test_what_the_callback_in_hand_stashed_stays(engine: Engine) -> None:
    calls: list[int] = []

    def receive(context: Context, message: Message) -> None:
        message.stash()
        calls.append(context.unstash())

    ref = engine.spawn(receive)
    ref.tell(b"a")
    engine.run_until_idle()
    assert calls == [0]
    assert engine.actor_statistics(ref).stashed == 1


def test_twice_is_too_much(engine: Engine) -> None:
    errors: list[type[Exception]] = []

    def receive(context: Context, message: Message) -> None:
        message.stash()
        with pytest.raises(backstage.Exists) as error:
            message.stash()
        errors.append(type(error.value))

    ref = engine.spawn(receive)
    ref.tell_many([b"short", b"long" * 100])
    engine.run_until_idle()
    assert len(errors) == 2
    assert engine.actor_statistics(ref).stashed == 2


def test_it_counts_as_neither_handled_nor_dead(engine: Engine) -> None:
    ref = engine.spawn(Door, [])
    ref.tell_many(numbers(5))
    engine.run_until_idle()
    counts = engine.statistics()
    assert (counts.accepted, counts.handled, counts.dead, counts.queued) == (5, 0, 0, 5)
    assert ledger_holds(engine)


def test_when_the_actor_ends_they_are_dead_letters(
    engine: Engine, letters: list[DeadLetter]
) -> None:
    ref = engine.spawn(Door, [])
    ref.tell_many(numbers(5))
    engine.run_until_idle()
    ref.stop()
    engine.run_until_idle()
    assert [(letter.payload, letter.reason) for letter in letters] == [
        (payload, DeadReason.ENDED) for payload in numbers(5)
    ]


def test_after_a_restart_they_come_first(engine: Engine, logged: Any) -> None:
    notes: list[bytes] = []
    boss = engine.spawn(ignore, supervision=Supervision())
    ref = engine.context(boss).spawn_child(Door, notes)
    ref.tell_many([*numbers(3), b"fail", b"3", b"open"])
    engine.run_until_idle()
    assert notes == numbers(4)
    assert len(logged.errors()) == 1


def test_a_failure_forgets_the_stash_of_its_message(
    engine: Engine, logged: Any, letters: list[DeadLetter]
) -> None:
    seen: list[bytes] = []

    def receive(context: Context, message: Message) -> None:
        seen.append(message.payload)
        message.stash()
        if message.payload == b"fail":
            raise Failing

    boss = engine.spawn(ignore, supervision=Supervision(directive=backstage.Directive.RESUME))
    ref = engine.context(boss).spawn_child(receive)
    ref.tell_many([b"a", b"fail", b"b"])
    engine.run_until_idle()
    assert seen == [b"a", b"fail", b"b"]
    assert [letter.payload for letter in letters] == [b"fail"]
    assert engine.actor_statistics(ref).stashed == 2
    assert len(logged.errors()) == 1


def test_requests_too(engine: Engine) -> None:
    def serve(context: Context, message: Message) -> Any:
        if message.payload == b"go":
            context.become(lambda context, message: message.payload)
            context.unstash()
            return None
        message.stash()
        return None

    ref = engine.spawn(serve)
    futures = [ref.ask(b"%d" % number, block=False) for number in range(3)]
    ref.tell(b"go")
    assert [future.get() for future in futures] == numbers(3)
