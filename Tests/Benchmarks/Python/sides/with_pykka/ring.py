"""A ring of actors, and one token that goes round."""

from __future__ import annotations

import threading

from pykka import ActorRef, ActorRegistry, ThreadingActor

from harness.clock import millions_a_second
from harness.work import PAYLOAD, Tally, check_all, reset_all, timed


class Member(ThreadingActor):
    following: ActorRef[Member]

    def __init__(self, tally: Tally, done: threading.Event) -> None:
        super().__init__()
        self.tally = tally
        self.done = done

    def on_receive(self, message: bytes) -> None:
        tally = self.tally
        tally.count += 1
        tally.sum += message[0]
        if tally.count < tally.limit:
            self.following.tell(message)
        else:
            self.done.set()


def run(count: int, size: int) -> list[float]:
    tallies = [Tally() for _ in range(size)]
    done = threading.Event()
    members = [Member.start(tally, done) for tally in tallies]
    for number, member in enumerate(members):
        member.proxy().following = members[(number + 1) % size]

    def rounds(number: int) -> None:
        reset_all(tallies, number)
        done.clear()
        members[0].tell(PAYLOAD)
        done.wait()
        check_all(tallies, number)

    took = timed(rounds, count)
    ActorRegistry.stop_all()
    return [millions_a_second(count * size, took)]
