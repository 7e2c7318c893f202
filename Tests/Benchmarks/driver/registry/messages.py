"""Messages: one at a time, floods, rings, publishes, threads, requests."""

from __future__ import annotations

from ..model import Goal, Workload
from ..sides import (
    ASYNCIO,
    BACKSTAGE,
    FLOOR,
    PYKKA,
    PYTHON,
    SWIFT,
    SWIFT_ACTORS,
    SWIFT_EXECUTOR,
    SWIFT_STREAMS,
    SWIFT_TASKS,
    THESPIAN,
    ZEROMQ,
)
from .terms import (
    KIB,
    MEMBERS,
    OF_FASTEST_PEER,
    SMALL,
    SWIFT_OF_C_ABI,
    SWIFT_OF_SWIFT,
    both,
    of_floor,
    peers,
    python_goals,
    rate,
)

PAIRS = (
    Workload(
        "ping-pong",
        rate(of_floor(0.9), OF_FASTEST_PEER, SWIFT_OF_C_ABI, *SWIFT_OF_SWIFT, *python_goals(0.8)),
        both(20_000_000)
        | peers(caf=1_000_000, zeromq=3_000_000, glib=1_000_000, erlang=1_500_000)
        | {SWIFT: 20_000_000, SWIFT_ACTORS: 10_000_000, SWIFT_EXECUTOR: 10_000_000}
        | {SWIFT_TASKS: 1_000_000, SWIFT_STREAMS: 500_000}
        | {PYTHON: 400_000, ASYNCIO: 100_000, THESPIAN: 100_000, PYKKA: 40_000},
        payload=SMALL,
    ),
    Workload(
        "ping-pong among 1 M idle",
        rate(of_floor(0.9)),
        both(20_000_000),
        payload=SMALL,
    ),
)

FLOODS = (
    Workload(
        "flood, actor to actor",
        rate(of_floor(0.9), OF_FASTEST_PEER, SWIFT_OF_C_ABI, *SWIFT_OF_SWIFT, *python_goals(3)),
        both(20_000_000)
        | peers(caf=3_000_000, zeromq=3_000_000, glib=5_000_000, erlang=4_000_000)
        | {SWIFT: 20_000_000, SWIFT_ACTORS: 10_000_000, SWIFT_EXECUTOR: 10_000_000}
        | {SWIFT_TASKS: 1_000_000, SWIFT_STREAMS: 500_000}
        | {PYTHON: 1_000_000, ASYNCIO: 500_000, THESPIAN: 200_000, PYKKA: 200_000},
        payload=SMALL,
    ),
    Workload(
        "flood",
        rate(of_floor(0.9), OF_FASTEST_PEER, SWIFT_OF_C_ABI),
        both(20_000_000)
        | peers(caf=3_000_000, zeromq=3_000_000, glib=5_000_000, erlang=3_000_000)
        | {SWIFT: 20_000_000},
        payload=SMALL,
    ),
    Workload("flood, receive_batch", rate(), both(20_000_000), payload=SMALL),
    Workload(
        "flood 1 KiB",
        rate(of_floor(0.7)),
        both(5_000_000) | peers(caf=600_000, zeromq=1_500_000, glib=4_000_000, erlang=1_000_000),
        payload=KIB,
    ),
    Workload(
        "flood 0 B",
        rate(),
        both(20_000_000) | peers(caf=2_000_000, zeromq=3_000_000, glib=5_000_000, erlang=3_000_000),
        payload=0,
    ),
    Workload("flood 32 B", rate(), both(20_000_000), payload=32),
    Workload("flood 33 B", rate(), both(10_000_000), payload=33),
    Workload(
        "flood 64 B",
        rate(),
        both(10_000_000) | peers(caf=3_000_000, zeromq=2_000_000, glib=5_000_000, erlang=1_500_000),
        payload=64,
    ),
    Workload(
        "flood 128 B", rate(SWIFT_OF_C_ABI), both(10_000_000) | {SWIFT: 10_000_000}, payload=128
    ),
    Workload(
        "flood 256 B",
        rate(),
        both(10_000_000) | peers(caf=2_000_000, zeromq=2_000_000, glib=5_000_000, erlang=1_500_000),
        payload=256,
    ),
    Workload(
        "flood 4 KiB",
        rate(),
        both(2_000_000) | peers(caf=200_000, zeromq=800_000, glib=2_000_000, erlang=1_000_000),
        payload=4 * KIB,
    ),
    Workload(
        "flood 16 KiB",
        rate(),
        both(600_000) | peers(caf=150_000, zeromq=500_000, glib=800_000, erlang=300_000),
        payload=16 * KIB,
    ),
    Workload(
        "flood 64 KiB",
        rate(),
        both(150_000) | peers(caf=60_000, zeromq=150_000, glib=150_000, erlang=100_000),
        payload=64 * KIB,
    ),
)

MANY = (
    Workload(
        "ring of 1000",
        rate(of_floor(0.9), OF_FASTEST_PEER),
        both(20_000_000)
        | peers(caf=1_500_000, zeromq=1_500_000, glib=500_000, erlang=1_000_000)
        | {PYTHON: 400_000, ASYNCIO: 100_000, THESPIAN: 100_000, PYKKA: 40_000},
        payload=SMALL,
        size=MEMBERS,
    ),
    Workload(
        "publish 1 to 1",
        rate(),
        both(10_000_000) | peers(caf=1_500_000, zeromq=3_000_000, glib=3_000_000, erlang=1_500_000),
        payload=SMALL,
        size=1,
    ),
    Workload(
        "publish 1 to 1, 1 KiB",
        rate(),
        both(4_000_000) | peers(caf=1_000_000, zeromq=1_500_000, glib=2_000_000, erlang=500_000),
        payload=KIB,
        size=1,
    ),
    Workload(
        "publish 1 to 1000",
        rate(of_floor(1.0), SWIFT_OF_C_ABI),
        both(20_000_000)
        | peers(caf=1_000_000, zeromq=1_500_000, glib=3_000_000, erlang=1_000_000)
        | {SWIFT: 20_000_000, SWIFT_ACTORS: 5_000_000}
        | {PYTHON: 400_000, ASYNCIO: 100_000, THESPIAN: 100_000, PYKKA: 20_000},
        payload=SMALL,
        size=MEMBERS,
    ),
    Workload(
        "publish 1 to 1000, 1 KiB",
        rate(of_floor(1.0)),
        both(10_000_000) | peers(caf=1_000_000, zeromq=1_000_000, glib=3_000_000, erlang=800_000),
        payload=KIB,
        size=MEMBERS,
    ),
    Workload(
        "send by id, one receiver",
        rate(of_floor(35 / 47)),
        both(10_000_000) | peers(caf=2_000_000, glib=4_000_000, erlang=1_500_000),
        payload=SMALL,
        size=1,
    ),
    Workload(
        "send by id, 1000 receivers",
        rate(of_floor(35 / 47)),
        both(10_000_000) | peers(caf=1_000_000, glib=3_000_000, erlang=1_000_000),
        payload=SMALL,
        size=1000,
    ),
)

THREADS = (
    Workload(
        "send from another thread",
        rate(of_floor(0.6), Goal(1.5, ZEROMQ), SWIFT_OF_C_ABI),
        both(10_000_000)
        | peers(caf=1_500_000, zeromq=3_000_000, glib=1_000_000)
        | {SWIFT: 10_000_000},
        payload=SMALL,
    ),
    Workload(
        "send from 2 other threads",
        rate(),
        both(10_000_000) | peers(caf=1_500_000, zeromq=3_000_000, glib=1_000_000),
        payload=SMALL,
    ),
)

REQUESTS = (
    Workload(
        "request and reply",
        rate(Goal(20)),
        both(5_000_000)
        | peers(caf=500_000, zeromq=1_000_000, glib=300_000, erlang=300_000)
        | {SWIFT: 5_000_000, SWIFT_ACTORS: 5_000_000}
        | {PYTHON: 100_000, ASYNCIO: 40_000, PYKKA: 20_000},
        payload=SMALL,
    ),
    Workload(
        "request from another thread",
        rate(unit="k/s"),
        both(50_000) | {SWIFT: 100_000},
        payload=SMALL,
        all_cpus=frozenset({SWIFT}),
        notes={SWIFT: "by await, from a task of Swift's pool"},
    ),
    Workload(
        "stash and unstash 1000", rate(), {FLOOR: 20_000_000, BACKSTAGE: 5_000_000}, payload=SMALL
    ),
)

MESSAGES = PAIRS + FLOODS + MANY + THREADS + REQUESTS
