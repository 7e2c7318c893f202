"""What only Python's sides, or only Swift's, do."""

from __future__ import annotations

from ..model import Goal, Workload
from ..sides import (
    ASYNCIO,
    PYKKA,
    PYTHON,
    SWIFT,
    SWIFT_ACTORS,
    THESPIAN,
)
from .terms import SMALL, most, python_goals, rate

FLOOD_PEERS = {ASYNCIO: 500_000, PYKKA: 200_000}
ASK_PEERS = {ASYNCIO: 40_000, PYKKA: 20_000}

PYTHON_FLOODS = (
    Workload(
        "Python: flood by tell_many",
        rate(*python_goals(3)),
        {PYTHON: 1_000_000} | FLOOD_PEERS,
        payload=SMALL,
    ),
    Workload(
        "Python: flood by tell_many to receive_batch",
        rate(*python_goals(6)),
        {PYTHON: 2_000_000} | FLOOD_PEERS,
        payload=SMALL,
    ),
    Workload(
        "Python: flood of records to receive_batch",
        rate(*python_goals(6)),
        {PYTHON: 2_000_000} | FLOOD_PEERS,
        payload=SMALL,
    ),
    Workload("Python: flood of objects by reference", rate(), {PYTHON: 400_000} | FLOOD_PEERS),
    Workload("Python: flood of objects as JSON", rate(), {PYTHON: 100_000} | FLOOD_PEERS),
)

PYTHON_QUESTIONS = (
    Workload(
        "Python: ask from outside",
        (most("", "us"),),
        {PYTHON: 40_000, THESPIAN: 20_000, PYKKA: 20_000},
        payload=SMALL,
    ),
    Workload(
        "Python: ask from another thread",
        (most("", "us"),),
        {PYTHON: 10_000, ASYNCIO: 10_000, PYKKA: 20_000},
        payload=SMALL,
    ),
    Workload(
        "Python: ask between coroutine actors",
        (most("", "us"),),
        {PYTHON: 40_000} | ASK_PEERS,
        payload=SMALL,
    ),
    Workload(
        "Python: ask through asyncio",
        (most("", "us", Goal(20, None, PYTHON)),),
        {PYTHON: 20_000, ASYNCIO: 40_000},
        payload=SMALL,
    ),
)

OF_PYTHON = (
    *PYTHON_FLOODS,
    *PYTHON_QUESTIONS,
    Workload(
        "Python: import",
        (most("", "ms", Goal(30, None, PYTHON)),),
        {PYTHON: 15, ASYNCIO: 15, THESPIAN: 15, PYKKA: 15},
        steady=True,
    ),
)

SWIFT_MESSAGES = (
    Workload(
        "Swift: flood of class references",
        rate(),
        {SWIFT: 10_000_000, SWIFT_ACTORS: 5_000_000},
    ),
    Workload("Swift: flood of strings", rate(), {SWIFT: 10_000_000, SWIFT_ACTORS: 5_000_000}),
    Workload(
        "Swift: request by callback",
        rate(),
        {SWIFT: 5_000_000, SWIFT_ACTORS: 5_000_000},
        payload=SMALL,
    ),
    Workload(
        "Swift: await request, task on the engine",
        rate(),
        {SWIFT: 200_000, SWIFT_ACTORS: 5_000_000},
        payload=SMALL,
    ),
    Workload(
        "Swift: await request, actor on the engine",
        rate(),
        {SWIFT: 100_000, SWIFT_ACTORS: 5_000_000},
        payload=SMALL,
    ),
)


def allocations(name: str, count: int, *goals: Goal) -> Workload:
    """Of the workload of that name."""
    return Workload(
        f"Swift: mallocs, {name.removeprefix('Swift: ')}",
        (most("", "each", *goals),),
        {SWIFT: count},
        steady=True,
        allocations_of=name,
    )


NONE = Goal(0, None, SWIFT)

SWIFT_MEMORY = (
    Workload(
        "Swift: what 10 M class references leave",
        (
            most("alive", "", NONE),
            most("growth", "KiB", Goal(256, None, SWIFT)),
        ),
        {SWIFT: 10_000_000},
        steady=True,
    ),
    allocations("ping-pong", 1_000_000, NONE),
    allocations("flood, actor to actor", 1_000_000, NONE),
    allocations("flood", 1_000_000, NONE),
    allocations("flood 128 B", 1_000_000, NONE),
    allocations("publish 1 to 1000", 1_000_000, NONE),
    allocations("send from another thread", 1_000_000, NONE),
    allocations("Swift: flood of class references", 1_000_000, Goal(1, None, SWIFT)),
    allocations("Swift: flood of strings", 1_000_000, NONE),
    allocations("request and reply", 500_000),
    allocations("Swift: request by callback", 500_000),
)

OF_SWIFT = SWIFT_MESSAGES + SWIFT_MEMORY
