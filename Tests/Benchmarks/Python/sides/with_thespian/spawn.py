"""Actors that do nothing, created and told to exit."""

from __future__ import annotations

from thespian.actors import Actor, ActorAddress, ActorExitRequest, ActorSystem

from harness.clock import check_equal, warm_up
from harness.lives import Lives
from harness.work import Tally

from .system import actor_system

TALLY = Tally()


class Idle(Actor):
    def __init__(self) -> None:
        super().__init__()
        TALLY.count += 1

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        if isinstance(message, ActorExitRequest):
            TALLY.sum += 1


def generation(system: ActorSystem, size: int, lives: Lives) -> None:
    lives.begin()
    actors = [system.createActor(Idle) for _ in range(size)]
    lives.born()
    for actor in actors:
        system.tell(actor, ActorExitRequest())
    lives.ended()


def run(count: int, size: int) -> list[float]:
    with actor_system() as system:
        for _ in range(warm_up(count)):
            generation(system, size, Lives())
        TALLY.reset()
        lives = Lives()
        for _ in range(count):
            generation(system, size, lives)
    check_equal(TALLY.count, count * size, "actors that lived")
    check_equal(TALLY.sum, count * size, "actors that ended")
    return lives.figures(count * size)
