"""Actors that each have answered a message, and wait for another."""

from __future__ import annotations

from pykka import ActorRef, ActorRegistry, ThreadingActor

from harness.memory import bytes_each
from harness.work import PAYLOAD, Tally


class Idle(ThreadingActor):
    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self.tally = tally

    def on_receive(self, message: bytes) -> None:
        self.tally.count += 1
        self.tally.sum += message[0]


def run(count: int) -> list[float]:
    tally = Tally()
    kept: list[ActorRef[Idle]] = []

    def make(number: int) -> None:
        for _ in range(number):
            kept.append(Idle.start(tally))
            kept[-1].ask(PAYLOAD)

    make(1)
    with bytes_each(count) as measured:
        make(count)
    tally.check(count + 1, (count + 1) * PAYLOAD[0])
    ActorRegistry.stop_all()
    return [measured.bytes_each]
