"""A producer that sends a chunk of messages whenever its consumer asks for more."""

from __future__ import annotations

from thespian.actors import Actor, ActorAddress

from harness.clock import millions_a_second
from harness.work import CHUNK, PAYLOADS, Tally, chunks_of, sum_of_first_bytes, timed

from .system import actor_system


class Consumer(Actor):
    tally: Tally

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        if isinstance(message, bytes):
            tally = self.tally
            tally.count += 1
            tally.sum += message[0]
            if tally.count % CHUNK == 0:
                self.send(sender, "more")
        elif isinstance(message, Tally):
            self.tally = message


class Producer(Actor):
    left = 0
    consumer: ActorAddress

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        if isinstance(message, Tally):
            self.consumer = self.createActor(Consumer)
            self.send(self.consumer, message)
            return
        if isinstance(message, int):
            self.left = message
        if self.left > 0 and isinstance(message, str | int):
            self.left -= 1
            for payload in PAYLOADS:
                self.send(self.consumer, payload)


def run(count: int) -> list[float]:
    tally = Tally()
    with actor_system() as system:
        producer = system.createActor(Producer)
        system.tell(producer, tally)

        def pour(messages: int) -> None:
            chunks = chunks_of(messages)
            tally.reset()
            system.tell(producer, chunks)
            tally.check(chunks * CHUNK, sum_of_first_bytes(chunks))

        return [millions_a_second(count, timed(pour, count))]
