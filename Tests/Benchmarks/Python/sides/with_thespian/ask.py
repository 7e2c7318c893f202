"""The program asks an actor."""

from __future__ import annotations

from thespian.actors import Actor, ActorAddress

from harness.clock import check_equal, microseconds_each
from harness.work import PAYLOAD, timed

from .system import actor_system


class Answerer(Actor):
    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        if isinstance(message, bytes):
            self.send(sender, message)


def run(count: int) -> list[float]:
    with actor_system() as system:
        answerer = system.createActor(Answerer)

        def asks(number: int) -> None:
            total = 0
            for _ in range(number):
                total += system.ask(answerer, PAYLOAD)[0]
            check_equal(total, number * PAYLOAD[0], "the sum of the answers")

        return [microseconds_each(count, timed(asks, count))]
