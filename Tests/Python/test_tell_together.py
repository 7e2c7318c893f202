"""Sends of one callback that are set aside and handed over together: nobody can tell."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

import backstage
from backstage import Actor, Context, DeadLetter, DeadReason, Engine, Message, Overflow, Ref

from .support import Failing, Keeper, inside, queued, tell_all


def test_the_order_holds_whatever_the_sizes(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)
    sizes = [1, 4096, 4097, 5, 100_000, 0, 32, 33, 4096, 7, 4097, 4097, 1]
    payloads = [bytes([number]) * size for number, size in enumerate(sizes * 3)]
    inside(engine, lambda context: tell_all(keeper, payloads))
    assert kept == payloads


def test_the_order_holds_among_the_refs_of_one_actor(engine: Engine) -> None:
    chance = random.Random(7)
    for _ in range(30):
        kept: list[bytes] = []
        keeper = engine.spawn(Keeper, kept)
        refs = [keeper, keeper.using(None), keeper.using(None), engine.ref(keeper.value)]
        chosen = [chance.choice(refs) for _ in range(60)]

        def tell(context: Context, chosen: list[Ref] = chosen) -> None:
            for number, ref in enumerate(chosen):
                ref.tell(b"%d" % number)

        inside(engine, tell)
        assert kept == [b"%d" % number for number in range(60)]


def test_the_order_holds_among_several_receivers(engine: Engine) -> None:
    kept: list[list[bytes]] = [[] for _ in range(5)]
    keepers = [engine.spawn(Keeper, own) for own in kept]

    def tell(context: Context) -> None:
        for number in range(100):
            keepers[number * 7 % 5].tell(b"%d" % number)
            keepers[number * 3 % 5].tell(b"%d" % number)

    inside(engine, tell)
    assert sum(map(len, kept)) == 200
    for own in kept:
        assert list(map(int, own)) == sorted(map(int, own))


#: Other ways for an actor to give a receiver a message: each must keep its place among the tells.
WAYS: dict[str, Callable[[Context, Ref, bytes], Any]] = {
    "tell_many": lambda context, to, payload: to.tell_many([payload]),
    "tell by id": lambda context, to, payload: context.tell("keeper", payload),
    "tell by id of the engine's": lambda context, to, payload: context.engine.tell(
        "keeper", payload
    ),
    "tell of the context's": lambda context, to, payload: context.tell(to, payload),
    "publish": lambda context, to, payload: context.publish(payload),
    "publish of the engine's": lambda context, to, payload: context.engine.publish(
        context.ref, payload
    ),
    "broadcast": lambda context, to, payload: context.broadcast("keepers", payload),
    "broadcast of the engine's": lambda context, to, payload: context.engine.broadcast(
        "keepers", payload
    ),
    "request": lambda context, to, payload: context.request(to, payload),
    "ask": lambda context, to, payload: to.ask(payload, block=False),
    "another ref": lambda context, to, payload: to.using(None).tell(payload),
    "a codec": lambda context, to, payload: to.using(Plain()).tell(payload),
    "a long payload": lambda context, to, payload: to.tell(payload.ljust(5000)),
    "a bytearray": lambda context, to, payload: to.tell(bytearray(payload)),
}


class Plain:
    """A codec that changes nothing."""

    def encode(self, value: Any, /) -> bytes:
        return bytes(value)

    def decode(self, data: bytes, /) -> Any:
        return data


@pytest.mark.parametrize("way", WAYS)
def test_the_order_holds_with_messages_sent_otherwise(engine: Engine, way: str) -> None:
    kept: list[bytes] = []

    class Subscriber(Keeper):
        kind = "keepers"

        def init(self, context: Context) -> None:
            context.subscribe("sender")

    keeper = engine.spawn(Subscriber, kept, id="keeper")
    engine.run_until_idle()

    def tell(context: Context) -> None:
        for number in range(0, 40, 4):
            keeper.tell(b"%d" % number)
            keeper.tell(b"%d" % (number + 1))
            keeper.tell(b"%d" % (number + 2))
            WAYS[way](context, keeper, b"%d" % (number + 3))

    inside(engine, tell, id="sender")
    assert list(map(int, kept)) == list(range(40))


def test_the_order_holds_with_replies_and_forwards(engine: Engine) -> None:
    kept: list[bytes] = []

    def serve(context: Context, message: Message) -> None:
        if message.sender is None:
            return
        for number in range(3):
            message.sender.tell(b"%d" % number)
        message.reply(b"3")
        message.sender.tell(b"4")
        message.sender.tell(b"5")
        message.forward(message.sender)
        message.sender.tell(b"7")

    server = engine.spawn(serve)

    def ask(context: Context, message: Message) -> None:
        if message.sender is None:
            context.request(server, b"6")
        else:
            kept.append(message.payload)

    engine.spawn(ask).tell(b"")
    engine.run_until_idle()
    assert kept == [b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7"]


@pytest.mark.parametrize("capacity", [1, 2, 3, 4, 7, 254, 255, 256, 257, 300, 600])
@pytest.mark.parametrize("before", [0, 1, 2])
def test_an_inbox_is_full_exactly_when_it_is(engine: Engine, capacity: int, before: int) -> None:
    before = min(before, capacity)
    kept: list[bytes] = []
    accepted: list[int] = []
    refused: list[int] = []

    def fill(context: Context, message: Message) -> None:
        for number in range(capacity + 5):
            ref = other if number % 50 == 49 else keeper
            try:
                ref.tell(b"%d" % number)
                accepted.append(number)
            except backstage.InboxFull:
                refused.append(number)

    engine.spawn(fill).tell(b"")  # its turn comes first
    keeper = engine.spawn(Keeper, kept, capacity=capacity)
    other = keeper.using(None)
    for _ in range(before):
        keeper.tell(b"before")
    engine.run_until_idle()
    assert accepted == list(range(capacity - before))
    assert refused == list(range(capacity - before, capacity + 5))
    assert kept == [b"before"] * before + [b"%d" % number for number in accepted]


@pytest.mark.parametrize("overflow", [Overflow.DROP_NEWEST, Overflow.DROP_OLDEST])
def test_an_inbox_that_drops_drops_what_it_should(
    engine: Engine, letters: list[DeadLetter], overflow: Overflow
) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept, capacity=10, overflow=overflow)
    inside(engine, lambda context: tell_all(keeper, [b"%d" % number for number in range(700)]))
    assert len(kept) == 10
    assert len(letters) == 690
    newest = overflow is Overflow.DROP_NEWEST
    assert kept == [b"%d" % number for number in (range(10) if newest else range(690, 700))]
    reason = DeadReason.DROPPED_NEWEST if newest else DeadReason.DROPPED_OLDEST
    assert {letter.reason for letter in letters} == {reason}


def test_statistics_inside_a_callback_count_what_was_told(engine: Engine) -> None:
    keeper = engine.spawn(Keeper, [])

    def tell(context: Context) -> None:
        before = engine.statistics().accepted
        for number in range(1, 6):
            keeper.tell(b"")
            assert engine.statistics().accepted == before + number
            keeper.tell(b"")
            assert queued(keeper, engine) == 2 * number
            before += 1

    inside(engine, tell)


def test_tells_of_every_kind_of_callback_arrive(engine: Engine, logged: Any) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    def tell(what: bytes) -> None:
        for _ in range(3):
            keeper.tell(what)

    class Teller(Actor):
        supervision = backstage.Supervision()

        def init(self, context: Context) -> None:
            tell(b"init")
            context.after(1.0, lambda *_: tell(b"timer"))
            self.child = context.spawn_child(fails_once)

        def receive(self, context: Context, message: Message) -> None:
            tell(b"receive")
            then, failed = (lambda *_: tell(b"then")), (lambda *_: tell(b"failed"))
            context.request(self.child, b"", then=then, failed=failed)

        def decide(
            self, context: Context, child: Ref, error: BaseException, restarts: int
        ) -> backstage.Directive:
            tell(b"decide")
            return backstage.Directive.RESUME

        def deinit(self, context: Context, reason: backstage.Reason) -> None:
            tell(b"deinit")

    failed: list[bool] = []

    def fails_once(context: Context, message: Message) -> bytes:
        if not failed:
            failed.append(True)
            raise Failing
        return b"reply"

    teller = engine.spawn(Teller)
    teller.tell(b"")
    engine.run_until_idle()
    assert len(logged.errors()) == 1
    teller.tell(b"")
    engine.run_until_idle()
    engine.advance(1.0)
    engine.run_until_idle()
    teller.stop()
    engine.run_until_idle()
    expected = [b"init", b"receive", b"decide", b"failed", b"receive", b"then", b"timer", b"deinit"]
    assert kept[::3] == kept[1::3] == kept[2::3] == expected
