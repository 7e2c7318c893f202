"""Calls of the allocator, once warm: what more messages take more."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .check_model import Measured
from .check_programs import FD, WITH_WARM_UP, Built, Variables, run
from .sides import BACKSTAGE, SWIFT

GROUPS = {
    BACKSTAGE: "allocator calls for 1000 messages",
    SWIFT: "allocator calls for 1000 messages, typed Swift",
}
GOALS = {BACKSTAGE: 0, SWIFT: 0.05}  # the start of Swift's runtime varies by a call or two
FEWER, MORE = 40_000, 240_000

WORKLOADS = (
    "ping-pong",
    "flood",
    "flood, actor to actor",
    "flood, receive_batch",
    "flood 64 B",
    "flood 1 KiB",
    "flood 4 KiB",
    "ring of 1000",
    "fork-join create",
    "fork-join throughput",
    "chameneos",
    "big",
    "concurrent dictionary",
    "bounded buffer, reject",
    "bounded buffer, drop newest",
    "bounded buffer, drop oldest",
    "publish 1 to 1000",
    "publish 1 to 1000, 1 KiB",
    "send by id, 1000 receivers",
    "send from another thread",
    "request and reply",
    "stash and unstash 1000",
    "restart of a failing actor",
    "timer among N",
)
SWIFT_WORKLOADS = (
    "ping-pong",
    "flood, actor to actor",
    "flood",
    "publish 1 to 1000",
    "send from another thread",
)


def count_calls(built: Built, side: str, workload: str, count: int) -> int:
    """From the start of a process to its end."""
    preload: Variables = {"LD_PRELOAD": built.counting, "COUNT_ALLOCATIONS_FD": FD}
    told = run(built.work(side, workload, count), "--figures-fd", preload).fd
    return int(told.splitlines()[-1])  # the figures come first


def measure(built: Built, side: str, workload: str) -> list[Measured]:
    fewer, more = (count_calls(built, side, workload, count) for count in (FEWER, MORE))
    calls = 1000 * (more - fewer) / ((MORE - FEWER) * WITH_WARM_UP)
    return [Measured(GROUPS[side], workload, calls, goal=GOALS[side], decimals=3)]


def allocation_checks(built: Built) -> list[Callable[[], list[Measured]]]:
    wanted = [(BACKSTAGE, workload) for workload in WORKLOADS]
    if built.typed_actors:
        wanted += [(SWIFT, workload) for workload in SWIFT_WORKLOADS]
    return [partial(measure, built, side, workload) for side, workload in wanted]
