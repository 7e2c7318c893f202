"""A publisher and its subscribers; the last of them asks for more."""

from __future__ import annotations

from backstage import Actor, Context, Engine, Message, Ref

from harness.clock import check_equal, millions_a_second
from harness.work import PAYLOAD, Tally, check_all, reset_all, timed

from .ledger import check_ledger


class Subscriber(Actor):
    def __init__(self, tally: Tally, publisher: Ref | None) -> None:
        self.tally = tally
        self.publisher = publisher

    def init(self, context: Context) -> None:
        context.subscribe("publisher")

    def receive(self, context: Context, message: Message) -> None:
        tally = self.tally
        tally.count += 1
        tally.sum += message.payload[0]
        if self.publisher is not None:
            self.publisher.tell(b"more")


class Publisher(Actor):
    def __init__(self, publications: Tally, size: int) -> None:
        self.publications = publications
        self.size = size

    def receive(self, context: Context, message: Message) -> None:
        if self.publications.count < self.publications.limit:
            self.publications.count += 1
            check_equal(context.publish(PAYLOAD), self.size, "receivers")


def run(count: int, size: int) -> list[float]:
    publications = Tally()
    tallies = [Tally() for _ in range(size)]
    with Engine() as engine:
        publisher = engine.spawn(Publisher, publications, size, id="publisher")
        for tally in tallies:
            engine.spawn(Subscriber, tally, publisher if tally is tallies[-1] else None)
        engine.run_until_idle()

        def publish(number: int) -> None:
            reset_all(tallies)
            publications.reset(number)
            publisher.tell(b"more")
            engine.run_until_idle()
            check_all(tallies, number)

        took = timed(publish, count)
        check_ledger(engine)
    return [millions_a_second(count * size, took)]
