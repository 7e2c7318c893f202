"""A publisher that tells each of its subscribers; the last of them asks for more.

ActorRegistry.broadcast would be slower: it looks at the class of all actors first.

Threads take their turns in no promised order: each says when it has had all.
"""

from __future__ import annotations

import threading

from pykka import ActorRef, ActorRegistry, ThreadingActor

from harness.clock import millions_a_second
from harness.work import PAYLOAD, Tally, check_all, timed


class Subscriber(ThreadingActor):
    def __init__(
        self, tally: Tally, publisher: ActorRef[Publisher] | None, done: threading.Semaphore
    ) -> None:
        super().__init__()
        self.tally = tally
        self.publisher = publisher
        self.done = done

    def on_receive(self, message: bytes) -> None:
        tally = self.tally
        tally.count += 1
        tally.sum += message[0]
        if tally.count == tally.limit:
            self.done.release()
        if self.publisher is not None:
            self.publisher.tell("more")


class Publisher(ThreadingActor):
    subscribers: list[ActorRef[Subscriber]]

    def __init__(self) -> None:
        super().__init__()
        self.left = 0

    def on_receive(self, message: str | int) -> None:
        if isinstance(message, int):
            self.left = message
        if self.left > 0:
            self.left -= 1
            for subscriber in self.subscribers:
                subscriber.tell(PAYLOAD)


def run(count: int, size: int) -> list[float]:
    tallies = [Tally() for _ in range(size)]
    done = threading.Semaphore(0)
    publisher = Publisher.start()
    publisher.proxy().subscribers = [
        Subscriber.start(tally, publisher if tally is tallies[-1] else None, done)
        for tally in tallies
    ]

    def publications(number: int) -> None:
        for tally in tallies:
            tally.reset(number)
        publisher.tell(number)
        for _ in tallies:
            done.acquire()
        check_all(tallies, number)

    took = timed(publications, count)
    ActorRegistry.stop_all()
    return [millions_a_second(count * size, took)]
