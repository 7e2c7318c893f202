"""What the registry is written in."""

from __future__ import annotations

from ..model import FASTEST_PEER, Figure, Goal
from ..sides import (
    ASYNCIO,
    BACKSTAGE,
    FLOOR,
    PYKKA,
    PYTHON,
    SWIFT,
    SWIFT_ACTORS,
    SWIFT_STREAMS,
    SWIFT_TASKS,
)

MEMBERS = 1000  # of a ring; subscribers of a publisher
KIB = 1024
SMALL = 16  # bytes of a message, unless told otherwise


def of_floor(target: float) -> Goal:
    return Goal(target, FLOOR)


OF_FASTEST_PEER = Goal(2.5, FASTEST_PEER)
SWIFT_OF_C_ABI = Goal(0.7, BACKSTAGE, SWIFT)
SWIFT_OF_SWIFT = tuple(
    Goal(10, beside, SWIFT) for beside in (SWIFT_ACTORS, SWIFT_TASKS, SWIFT_STREAMS)
)


def python_goals(rate: float) -> tuple[Goal, ...]:
    """At least so much; and so many times its peers."""
    return (Goal(rate, None, PYTHON), Goal(3, ASYNCIO, PYTHON), Goal(10, PYKKA, PYTHON))


def both(count: int) -> dict[str, int]:
    """The sides in C."""
    return {FLOOR: count, BACKSTAGE: count}


def peers(**counts: int) -> dict[str, int]:
    """Native ones: caf, zeromq, glib, erlang."""
    return counts


def rate(*goals: Goal, unit: str = "M/s") -> tuple[Figure, ...]:
    """Millions a second."""
    return (Figure("", unit, goals),)


def most(name: str, unit: str, *goals: Goal) -> Figure:
    """The less, the better."""
    return Figure(name, unit, goals, less_is_better=True)
