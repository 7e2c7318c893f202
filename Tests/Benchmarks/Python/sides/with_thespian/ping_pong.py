"""Two actors; each sends the ball back to who it came from."""

from __future__ import annotations

from thespian.actors import Actor, ActorAddress

from harness.clock import millions_a_second
from harness.work import PAYLOAD, Tally, check_all, reset_all, timed

from .system import actor_system


class Player(Actor):
    tally: Tally

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        if isinstance(message, bytes):
            tally = self.tally
            tally.count += 1
            tally.sum += message[0]
            if tally.count < tally.limit:
                self.send(sender, message)
        elif isinstance(message, Tally):
            self.tally = message
        elif isinstance(message, ActorAddress):
            self.send(message, PAYLOAD)


def run(count: int) -> list[float]:
    tallies = [Tally(), Tally()]
    with actor_system() as system:
        left, right = (system.createActor(Player) for _ in tallies)
        system.tell(left, tallies[0])
        system.tell(right, tallies[1])

        def rally(balls: int) -> None:
            reset_all(tallies, balls // 2)
            system.tell(right, left)
            check_all(tallies, balls // 2)

        return [millions_a_second(count, timed(rally, count))]
