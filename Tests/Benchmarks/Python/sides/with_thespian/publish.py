"""A publisher that sends to each of its subscribers; the last of them asks for more."""

from __future__ import annotations

from thespian.actors import Actor, ActorAddress

from harness.clock import millions_a_second
from harness.work import PAYLOAD, Tally, check_all, reset_all, timed

from .system import actor_system


class Subscriber(Actor):
    tally: Tally

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        if isinstance(message, bytes):
            tally = self.tally
            tally.count += 1
            tally.sum += message[0]
        elif isinstance(message, Tally):
            self.tally = message


class LastSubscriber(Subscriber):
    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        super().receiveMessage(message, sender)
        if isinstance(message, bytes):
            self.send(sender, "more")


class Publisher(Actor):
    left = 0
    subscribers: list[ActorAddress]

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        if isinstance(message, list):
            self.subscribers = message
            return
        if isinstance(message, int):
            self.left = message
        if self.left > 0 and isinstance(message, str | int):
            self.left -= 1
            for subscriber in self.subscribers:
                self.send(subscriber, PAYLOAD)


def run(count: int, size: int) -> list[float]:
    tallies = [Tally() for _ in range(size)]
    with actor_system() as system:
        publisher = system.createActor(Publisher)
        subscribers = [system.createActor(Subscriber) for _ in tallies[1:]]
        subscribers.append(system.createActor(LastSubscriber))
        for subscriber, tally in zip(subscribers, tallies, strict=True):
            system.tell(subscriber, tally)
        system.tell(publisher, subscribers)

        def publications(number: int) -> None:
            reset_all(tallies)
            system.tell(publisher, number)
            check_all(tallies, number)

        return [millions_a_second(count * size, timed(publications, count))]
