"""Births and ends, memory, timers, failures, latency, idleness, the library itself."""

from __future__ import annotations

from ..model import Figure, Goal, Workload
from ..sides import ASYNCIO, BACKSTAGE, PYKKA, PYTHON, THESPIAN
from .terms import SMALL, both, most, peers

AT_LEAST_4 = Goal(4)
AT_MOST_200 = Goal(200)
AT_ONCE = "1000 at a time"

LIVES_AND_ENDS = (
    Workload(
        "1 M actors with ids",
        (
            Figure("first spawn", "M/s", (AT_LEAST_4,)),
            Figure("spawn", "M/s", (AT_LEAST_4,)),
            Figure("end", "M/s", (AT_LEAST_4,)),
        ),
        both(1_000_000)
        | peers(caf=100_000, erlang=100_000)
        | {PYTHON: 20_000, ASYNCIO: 20_000, THESPIAN: 20_000, PYKKA: 5_000},
        notes=dict.fromkeys((PYTHON, ASYNCIO, THESPIAN, PYKKA), AT_ONCE),
    ),
    Workload(
        "4 M actors with ids",
        (
            Figure("first spawn", "M/s", (AT_LEAST_4,)),
            Figure("spawn", "M/s", (AT_LEAST_4,)),
            Figure("end", "M/s", (AT_LEAST_4,)),
        ),
        both(4_000_000),
    ),
    Workload(
        "end of a subtree of 1 M actors",
        (Figure("", "M/s", (AT_LEAST_4,)), most("all", "s", Goal(1))),
        both(1_000_000),
        steady=True,
    ),
    Workload(
        "restart of a failing actor",
        (most("", "ns", Goal(1000)),),
        both(2_000_000) | peers(caf=50_000, erlang=30_000),
    ),
    Workload("restart of each of 1000 siblings", (most("", "ns", Goal(1000)),), both(2_000_000)),
)

MEMORY = (
    Workload(
        "memory of an idle actor",
        (
            most("resident", "bytes", AT_MOST_200),
            most("statistics", "bytes", AT_MOST_200),
        ),
        both(1_000_000)
        | peers(caf=100_000, zeromq=2_000, glib=100_000, erlang=100_000)
        | {PYTHON: 20_000, ASYNCIO: 10_000, THESPIAN: 10_000, PYKKA: 1_000},
        steady=True,
    ),
    Workload(
        "1 M requests kept",
        (
            most("resident", "bytes", AT_MOST_200),
            most("statistics", "bytes", AT_MOST_200),
        ),
        {BACKSTAGE: 1_000_000},
        payload=SMALL,
        steady=True,
    ),
    Workload(
        "1 M requests queued",
        (
            most("resident", "bytes", AT_MOST_200),
            most("statistics", "bytes", AT_MOST_200),
        ),
        {BACKSTAGE: 1_000_000},
        payload=SMALL,
        steady=True,
    ),
)

TIME = (
    Workload(
        "1 M timers",
        (Figure("armed", "M/s"), Figure("cancelled", "M/s"), Figure("fired", "M/s")),
        both(1_000_000) | peers(caf=500_000, glib=500_000, erlang=300_000),
    ),
    Workload(
        "late while flooded",
        (
            most("timer, p50", "us"),
            most("timer, p99", "us", Goal(1000)),
            most("timer, max", "us"),
            most("pipe, p50", "us"),
            most("pipe, p99", "us", Goal(1000)),
            most("pipe, max", "us"),
        ),
        both(2000),
        payload=SMALL,
    ),
    Workload(
        "latency while flooded",
        (most("p50", "us"), most("p99", "us"), most("p99.9", "us"), most("max", "us")),
        both(50_000) | peers(caf=5_000, zeromq=5_000, glib=20_000, erlang=5_000),
        payload=SMALL,
    ),
    Workload(
        "idle",
        (most("wake-ups", "/s", Goal(0)), most("polls", "/s"), most("CPU", "us/s")),
        {BACKSTAGE: 2} | peers(caf=2, zeromq=2, glib=2, erlang=2),
        steady=True,
    ),
)

LIBRARY = (
    Workload(
        "library",
        (
            most("dlopen", "ms", Goal(1)),
            most("with its own libc, libm, libev", "ms", Goal(1)),
            most("stripped", "kB", Goal(300)),
        ),
        {BACKSTAGE: 1},
        steady=True,
    ),
)

LIVES = LIVES_AND_ENDS + MEMORY + TIME + LIBRARY
