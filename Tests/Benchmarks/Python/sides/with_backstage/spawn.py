"""Actors that do nothing, spawned and stopped."""

from __future__ import annotations

from backstage import Actor, Context, Engine, Message

from harness.clock import check_equal, warm_up
from harness.lives import Lives
from harness.work import Tally

from .ledger import check_ledger


class Idle(Actor):
    def __init__(self, tally: Tally) -> None:
        tally.count += 1

    def receive(self, context: Context, message: Message) -> None:
        pass


def generation(engine: Engine, size: int, tally: Tally, lives: Lives) -> None:
    lives.begin()
    actors = [engine.spawn(Idle, tally) for _ in range(size)]
    engine.run_until_idle()
    lives.born()
    for actor in actors:
        actor.stop()
    engine.run_until_idle()
    lives.ended()


def run(count: int, size: int) -> list[float]:
    tally = Tally()
    with Engine() as engine:
        before = engine.statistics().actors
        for _ in range(warm_up(count)):
            generation(engine, size, tally, Lives())
        tally.reset()
        lives = Lives()
        for _ in range(count):
            generation(engine, size, tally, lives)
        check_equal(tally.count, count * size, "actors that lived")
        check_equal(engine.statistics().actors, before, "actors that are left")
        check_ledger(engine)
    return lives.figures(count * size)
