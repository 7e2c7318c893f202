"""A ring of actors, and one token that goes round."""

from __future__ import annotations

from thespian.actors import Actor, ActorAddress

from harness.clock import millions_a_second
from harness.work import PAYLOAD, Tally, check_all, reset_all, timed

from .system import actor_system


class Member(Actor):
    tally: Tally
    following: ActorAddress

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        if isinstance(message, bytes):
            tally = self.tally
            tally.count += 1
            tally.sum += message[0]
            if tally.count < tally.limit:
                self.send(self.following, message)
        elif isinstance(message, Tally):
            self.tally = message
        elif isinstance(message, ActorAddress):
            self.following = message


def run(count: int, size: int) -> list[float]:
    tallies = [Tally() for _ in range(size)]
    with actor_system() as system:
        members = [system.createActor(Member) for _ in tallies]
        for number, member in enumerate(members):
            system.tell(member, tallies[number])
            system.tell(member, members[(number + 1) % size])

        def rounds(number: int) -> None:
            reset_all(tallies, number)
            system.tell(members[0], PAYLOAD)
            check_all(tallies, number)

        return [millions_a_second(count * size, timed(rounds, count))]
