"""Actors that each have had a message, and wait for another."""

from __future__ import annotations

from backstage import Actor, Context, Engine, Message, Ref

from harness.memory import bytes_each
from harness.work import PAYLOAD, Tally

from .ledger import check_ledger


class Idle(Actor):
    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def receive(self, context: Context, message: Message) -> None:
        self.tally.count += 1
        self.tally.sum += message.payload[0]


def run(count: int) -> list[float]:
    tally = Tally()
    with Engine() as engine:
        kept: list[Ref] = []

        def make(number: int) -> None:
            for _ in range(number):
                kept.append(engine.spawn(Idle, tally))
                kept[-1].tell(PAYLOAD)
                engine.run_until_idle()

        make(1)
        with bytes_each(count) as measured:
            make(count)
        tally.check(count + 1, (count + 1) * PAYLOAD[0])
        check_ledger(engine)
    return [measured.bytes_each]
