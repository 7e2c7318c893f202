"""Random programs of actors against a simple model of what becomes of every message.

Each message has a number. The model notes who accepted it, from whom, and in which order; what was
handled; and the dead letters. In the end nothing may be missing, nothing be there twice, and from
one sender to one receiver everything be in order.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Batch,
    Context,
    DeadLetter,
    DeadReason,
    Engine,
    Message,
    MessageType,
    Overflow,
    Ref,
    Supervision,
)

from .support import Failing, ignore, ledger_holds

SEEDS = range(60)
STEPS = 120
ACTORS = 8
KIND = "players"
REFUSALS = (backstage.InboxFull, backstage.Ending, backstage.NotFound)
OUTSIDE = -1


class World:
    """The engine, its actors, and the model."""

    def __init__(self, engine: Engine, seed: int) -> None:
        self.engine = engine
        self.chance = random.Random(seed)
        self.root = engine.spawn(ignore, supervision=Supervision(restarts_max=1000))
        self.letters: list[DeadLetter] = []
        self.refs: list[Ref] = []
        self.names: list[str] = []
        self.count = 0
        self.left = 40 * STEPS
        #: By sender and receiver, what was accepted, in order.
        self.sent: dict[tuple[int, int], list[int]] = {}
        #: What each receiver was given, in order: sender and number.
        self.given: list[list[tuple[int, int]]] = []
        self.accepted: Counter[int] = Counter()
        self.handled: Counter[int] = Counter()
        #: What may come out of turn, for it was set aside or sent on.
        self.moved: set[int] = set()
        self.refused: set[int] = set()
        #: Publications and broadcasts: who gets them is the engine's to know.
        self.spread: Counter[int] = Counter()

    def make_payload(self) -> tuple[int, bytes]:
        self.count += 1
        size = self.chance.choice([0, 0, 8, 20, 24, 25, 60, 5000])
        return self.count, self.count.to_bytes(8, "little") + bytes(size)

    def spawn(self, context: Context | None = None) -> None:
        place = len(self.refs)
        actor = self.chance.choice([Player, Player, BatchPlayer])
        options: dict[str, Any] = {
            "id": f"actor{place}",
            "capacity": self.chance.choice([1, 2, 5, 50, 1024]),
            "overflow": self.chance.choice([Overflow.REJECT, Overflow.REJECT, *Overflow]),
            "budget": self.chance.choice([1, 3, 64, 255]),
        }
        spawn = (context or self.engine.context(self.root)).spawn_child
        try:
            self.refs.append(spawn(actor, self, place, **options))
        except backstage.Ending:
            return
        self.given.append([])

    # ---- Sending

    def note(self, sender: int, receiver: int, number: int) -> None:
        self.sent.setdefault((sender, receiver), []).append(number)
        self.accepted[number] += 1

    def send(self, context: Context | None, sender: int) -> None:
        receiver = self.chance.randrange(len(self.refs))
        ways = [self.tell, self.tell, self.tell, self.tell_many, self.tell_by_id, self.use_other]
        if context is not None:
            ways += [self.request, self.publish, self.broadcast]
        self.chance.choice(ways)(context, sender, receiver)

    def tell(self, context: Context | None, sender: int, receiver: int) -> None:
        for _ in range(self.chance.choice([1, 1, 2, 3, 8])):
            number, payload = self.make_payload()
            self.attempt(sender, receiver, number, partial(self.refs[receiver].tell, payload))

    def use_other(self, context: Context | None, sender: int, receiver: int) -> None:
        other = self.refs[receiver].using(None)
        for ref in (self.refs[receiver], other, self.refs[receiver], other, other):
            number, payload = self.make_payload()
            self.attempt(sender, receiver, number, partial(ref.tell, payload))

    def tell_by_id(self, context: Context | None, sender: int, receiver: int) -> None:
        number, payload = self.make_payload()
        tell = self.engine.tell if context is None else context.tell
        self.attempt(sender, receiver, number, lambda: tell(f"actor{receiver}", payload))

    def request(self, context: Context | None, sender: int, receiver: int) -> None:
        number, payload = self.make_payload()
        assert context is not None
        ref = self.refs[receiver]
        self.attempt(sender, receiver, number, partial(context.request, ref, payload))

    def tell_many(self, context: Context | None, sender: int, receiver: int) -> None:
        made = [self.make_payload() for _ in range(self.chance.randrange(6))]
        try:
            accepted = self.refs[receiver].tell_many([payload for _, payload in made])
        except REFUSALS as error:
            accepted = error.accepted
        for place, (number, _) in enumerate(made):
            if place < accepted:
                self.note(sender, receiver, number)
            else:
                self.refused.add(number)

    def publish(self, context: Context | None, sender: int, receiver: int) -> None:
        number, payload = self.make_payload()
        assert context is not None
        self.spread[number] = context.publish(payload)

    def broadcast(self, context: Context | None, sender: int, receiver: int) -> None:
        number, payload = self.make_payload()
        assert context is not None
        self.spread[number] = context.broadcast(KIND, payload)

    def attempt(self, sender: int, receiver: int, number: int, send: Callable[[], Any]) -> None:
        try:
            send()
        except REFUSALS:
            self.refused.add(number)
        else:
            self.note(sender, receiver, number)

    # ---- Receiving

    def receive(self, context: Context, place: int, message: Message) -> None:
        if message.type not in (MessageType.SEND, MessageType.PUBLISH, MessageType.REQUEST):
            return
        number = int.from_bytes(message.payload[:8], "little")
        sender = OUTSIDE
        if message.sender is not None:
            sender = self.refs.index(message.sender)
        self.given[place].append((sender, number))
        self.handled[number] += 1
        self.left -= 1
        if self.left > 0:
            self.act(context, place, number, message)

    def act(self, context: Context, place: int, number: int, message: Message) -> None:
        chance = self.chance.random()
        if chance < 0.5:
            for _ in range(self.chance.choice([0, 1, 1, 2])):
                self.send(context, place)
        elif chance < 0.55:
            self.forward(number, message)
        elif chance < 0.6:
            self.stash(place, number, message)
        elif chance < 0.65:
            context.unstash()
        elif chance < 0.67 and len(self.refs) < 3 * ACTORS:
            self.spawn(context)
        elif chance < 0.673:
            self.end(context)
        elif chance < 0.7 and message.type is MessageType.REQUEST:
            self.reply(message)
        elif chance < 0.705:
            self.handled[number] -= 1
            raise Failing(number)

    def forward(self, number: int, message: Message) -> None:
        receiver = self.chance.choice(self.refs)
        self.moved.add(number)
        try:
            message.forward(receiver)
        except REFUSALS:
            return
        self.accepted[number] += 1

    def stash(self, place: int, number: int, message: Message) -> None:
        try:
            message.stash()
        except backstage.InboxFull:
            return
        self.moved.add(number)
        self.handled[number] -= 1
        self.given[place].pop()

    def reply(self, message: Message) -> None:
        try:
            message.reply(b"reply")
        except (backstage.NotWaiting, *REFUSALS):
            pass

    def end(self, context: Context) -> None:
        ref = self.chance.choice(self.refs)
        how = self.chance.choice([context.stop, context.poison, context.drain])
        try:
            how(ref)
        except backstage.NotFound:
            pass

    # ---- What must hold

    def check(self) -> None:
        dead: Counter[int] = Counter()
        for letter in self.letters:
            # Of a broadcast those who were full have not accepted it.
            if letter.type is MessageType.REPLY or letter.reason is DeadReason.INBOX_FULL:
                continue
            dead[int.from_bytes(letter.payload[:8], "little")] += 1
        for number in range(1, self.count + 1):
            accepted = self.accepted[number] + self.spread[number]
            found = self.handled[number] + dead[number]
            assert found == accepted, f"{number}: accepted {accepted} times, found {found} times"
        for number in self.refused:
            assert not self.handled[number]
            assert not dead[number]
        for place, given in enumerate(self.given):
            for sender in {sender for sender, _ in given}:
                order = [n for who, n in given if who == sender and n not in self.moved]
                assert order == sorted(order), f"from {sender} to {place}: {order}"


class Player(Actor):
    """Does at random what actors can do."""

    kind = KIND
    supervision = Supervision(restarts_max=1000)

    def __init__(self, world: World, place: int) -> None:
        self.world = world
        self.place = place

    def init(self, context: Context) -> None:
        for number in (self.place + 1, self.place + 3):
            context.subscribe(f"actor{number % ACTORS}")

    def receive(self, context: Context, message: Message) -> None:
        self.world.receive(context, self.place, message)


class BatchPlayer(Player):
    """Takes its messages many at a time."""

    def receive_batch(self, context: Context, messages: Batch) -> None:
        for index, message in enumerate(messages):
            messages.failed_at = index
            self.world.receive(context, self.place, message)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_message_is_lost_nor_doubled_nor_overtaken(
    make_engine: Callable[..., Engine], logged: Any, seed: int
) -> None:
    letters: list[DeadLetter] = []
    engine = make_engine(seed=seed, dead_letter=letters.append)
    world = World(engine, seed)
    world.letters = letters
    for _ in range(ACTORS):
        world.spawn()
    for _ in range(STEPS):
        if engine.statistics().actors <= ACTORS // 2:
            world.spawn()
        world.send(None, OUTSIDE)
        if world.chance.random() < 0.5:
            engine.run_no_wait()
        assert ledger_holds(engine)
    engine.run_until_idle()
    assert ledger_holds(engine)
    assert world.handled.total() > STEPS
    engine.close()
    failures = logged.errors()
    world.check()
    assert all(isinstance(error, Failing) for error in failures)
