"""All workloads, in the order of the table."""

from __future__ import annotations

from .model import Figure, Goal, Side, Workload

LIBRARIES = ("backstage", "asyncio", "thespian", "pykka")

TEN_TIMES_PYKKA = Goal(10, "pykka")
RING = {"size": 1000}
GENERATION = {"size": 1000}


def rate(*goals: Goal) -> tuple[Figure, ...]:
    """Millions of messages a second."""
    return (Figure("", "M/s", goals),)


def each(*goals: Goal) -> tuple[Figure, ...]:
    """Microseconds for each."""
    return (Figure("", "us", goals, less_is_better=True),)


MESSAGES = (
    Workload(
        "ping-pong, 16 B",
        (
            Side("backstage", "ping_pong", 400_000),
            Side("asyncio", "ping_pong", 100_000),
            Side("thespian", "ping_pong", 100_000),
            Side("pykka", "ping_pong", 40_000),
        ),
        rate(Goal(0.8), TEN_TIMES_PYKKA),
    ),
    Workload(
        "flood, 16 B",
        (
            Side("backstage", "flood", 1_000_000),
            Side("asyncio", "flood", 500_000),
            Side("thespian", "flood", 200_000),
            Side("pykka", "flood", 200_000),
        ),
        rate(Goal(3), TEN_TIMES_PYKKA),
    ),
    Workload(
        "flood by tell_many, 16 B",
        (
            Side("backstage", "flood_many", 1_000_000),
            Side("asyncio", "flood", 500_000),
            Side("pykka", "flood", 200_000),
        ),
        rate(Goal(3), TEN_TIMES_PYKKA),
    ),
    Workload(
        "flood by tell_many to receive_batch, 16 B",
        (
            Side("backstage", "flood_batch", 2_000_000),
            Side("asyncio", "flood", 500_000),
            Side("pykka", "flood", 200_000),
        ),
        rate(Goal(6), TEN_TIMES_PYKKA),
    ),
    Workload(
        "flood of records to receive_batch, 16 B",
        (
            Side("backstage", "flood_records", 2_000_000),
            Side("asyncio", "flood", 500_000),
            Side("pykka", "flood", 200_000),
        ),
        rate(Goal(6), TEN_TIMES_PYKKA),
    ),
    Workload(
        "flood of objects by reference",
        (
            Side("backstage", "flood_objects", 400_000, {"codec": "Reference"}),
            Side("asyncio", "flood_objects", 500_000),
            Side("pykka", "flood_objects", 200_000),
        ),
        rate(),
    ),
    Workload(
        "flood of objects as JSON",
        (
            Side("backstage", "flood_objects", 100_000, {"codec": "JSON"}),
            Side("asyncio", "flood_objects", 500_000),
            Side("pykka", "flood_objects", 200_000),
        ),
        rate(),
    ),
    Workload(
        "ring of 1000, 16 B",
        (
            Side("backstage", "ring", 400, RING),
            Side("asyncio", "ring", 100, RING),
            Side("thespian", "ring", 100, RING),
            Side("pykka", "ring", 40, RING),
        ),
        rate(),
    ),
    Workload(
        "publish 1 to 1000, 16 B",
        (
            Side("backstage", "publish", 400, RING),
            Side("asyncio", "publish", 100, RING),
            Side("thespian", "publish", 100, RING),
            Side("pykka", "publish", 20, RING),
        ),
        rate(),
    ),
)

QUESTIONS = (
    Workload(
        "ask from outside",
        (
            Side("backstage", "ask", 40_000),
            Side("thespian", "ask", 20_000),
            Side("pykka", "ask", 20_000),
        ),
        each(),
    ),
    Workload(
        "ask from another thread",
        (
            Side("backstage", "ask_from_thread", 10_000),
            Side("asyncio", "ask_from_thread", 10_000),
            Side("pykka", "ask", 20_000),
        ),
        each(),
    ),
    Workload(
        "request between actors",
        (
            Side("backstage", "request", 100_000),
            Side("asyncio", "ask", 40_000),
            Side("pykka", "request", 20_000),
        ),
        each(),
    ),
    Workload(
        "ask between coroutine actors",
        (
            Side("backstage", "request_coroutine", 40_000),
            Side("asyncio", "ask", 40_000),
            Side("pykka", "request", 20_000),
        ),
        each(),
    ),
    Workload(
        "ask through asyncio",
        (Side("backstage", "ask_aio", 20_000), Side("asyncio", "ask", 40_000)),
        each(Goal(20)),
    ),
)

LIVES = (
    Workload(
        "actors, 1000 at a time",
        (
            Side("backstage", "spawn", 20, GENERATION),
            Side("asyncio", "spawn", 20, GENERATION),
            Side("thespian", "spawn", 20, GENERATION),
            Side("pykka", "spawn", 5, GENERATION),
        ),
        (Figure("spawn", "k/s"), Figure("end", "k/s")),
    ),
    Workload(
        "memory of an idle actor",
        (
            Side("backstage", "memory", 20_000),
            Side("asyncio", "memory", 10_000),
            Side("thespian", "memory", 10_000),
            Side("pykka", "memory", 1_000),
        ),
        (Figure("", "bytes", less_is_better=True),),
        steady=True,
    ),
    Workload(
        "import",
        (
            Side("backstage", "importing", 15),
            Side("asyncio", "importing", 15),
            Side("thespian", "importing", 15),
            Side("pykka", "importing", 15),
        ),
        (Figure("", "ms", (Goal(30),), less_is_better=True),),
        steady=True,
    ),
)

WORKLOADS = MESSAGES + QUESTIONS + LIVES
