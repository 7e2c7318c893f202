"""For the workloads: the clock, and the check of a result."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

_clock: Callable[[], float] = time.perf_counter


class WrongResult(Exception):
    """A workload did not do what it should have done: its figure would mean nothing."""


def use_cpu_time() -> None:
    """From now on `seconds` counts what this process spent, on all its threads, and what those that
    it started and that have ended did."""
    global _clock
    _clock = _spent


def _spent() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def seconds() -> float:
    return _clock()


def check(is_right: bool, what: str) -> None:
    if not is_right:
        raise WrongResult(what)


def check_equal(got: object, expected: object, what: str) -> None:
    if got != expected:
        raise WrongResult(f"{what}: {got!r}, not {expected!r}")


def warm_up(count: int) -> int:
    """How much of the work to do before the clock runs."""
    return max(count // 10, 1)


def millions_a_second(count: int, took: float) -> float:
    return count / took / 1e6


def microseconds_each(count: int, took: float) -> float:
    return took / count * 1e6
