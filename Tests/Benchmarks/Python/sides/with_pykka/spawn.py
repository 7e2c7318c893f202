"""Actors that do nothing, started and stopped."""

from __future__ import annotations

from pykka import ActorRegistry, ThreadingActor

from harness.clock import check_equal, warm_up
from harness.lives import Lives
from harness.work import Tally


class Idle(ThreadingActor):
    def __init__(self, tally: Tally) -> None:
        super().__init__()
        tally.count += 1

    def on_receive(self, message: bytes) -> None:
        pass


def generation(size: int, tally: Tally, lives: Lives) -> None:
    lives.begin()
    actors = [Idle.start(tally) for _ in range(size)]
    lives.born()
    for future in [actor.stop(block=False) for actor in actors]:
        future.get()
    lives.ended()


def run(count: int, size: int) -> list[float]:
    tally = Tally()
    for _ in range(warm_up(count)):
        generation(size, tally, Lives())
    tally.reset()
    lives = Lives()
    for _ in range(count):
        generation(size, tally, lives)
    check_equal(tally.count, count * size, "actors that lived")
    check_equal(len(ActorRegistry.get_all()), 0, "actors that are left")
    return lives.figures(count * size)
