"""Actors that each have had a message, and wait for another."""

from __future__ import annotations

from thespian.actors import Actor, ActorAddress

from harness.memory import bytes_each
from harness.work import PAYLOAD, Tally

from .system import actor_system

TALLY = Tally()


class Idle(Actor):
    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        if isinstance(message, bytes):
            TALLY.count += 1
            TALLY.sum += message[0]


def run(count: int) -> list[float]:
    with actor_system() as system:
        kept: list[ActorAddress] = []

        def make(number: int) -> None:
            for _ in range(number):
                kept.append(system.createActor(Idle))
                system.tell(kept[-1], PAYLOAD)

        make(1)
        with bytes_each(count) as measured:
            make(count)
        TALLY.check(count + 1, (count + 1) * PAYLOAD[0])
    return [measured.bytes_each]
