"""Two actors that know each other."""

from __future__ import annotations

import threading

from pykka import ActorRef, ThreadingActor

from harness.clock import millions_a_second
from harness.work import PAYLOAD, Tally, check_all, reset_all, timed


class Player(ThreadingActor):
    opponent: ActorRef[Player]

    def __init__(self, tally: Tally, done: threading.Event) -> None:
        super().__init__()
        self.tally = tally
        self.done = done

    def on_receive(self, message: bytes) -> None:
        tally = self.tally
        tally.count += 1
        tally.sum += message[0]
        if tally.count < tally.limit:
            self.opponent.tell(message)
        else:
            self.done.set()


def run(count: int) -> list[float]:
    tallies = [Tally(), Tally()]
    done = threading.Event()
    left, right = (Player.start(tally, done) for tally in tallies)
    left.proxy().opponent = right
    right.proxy().opponent = left

    def rally(balls: int) -> None:
        reset_all(tallies, balls // 2)
        done.clear()
        left.tell(PAYLOAD)
        done.wait()
        check_all(tallies, balls // 2)

    took = timed(rally, count)
    left.stop()
    right.stop()
    return [millions_a_second(count, took)]
