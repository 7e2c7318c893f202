"""Runs a workload: each run in a process of its own, all sides in turn in every round."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from .model import Result, Workload
from .options import Options
from .programs import Programs, words_of

SECONDS_OF_A_RUN = 120  # a guard against a hang
NO_DUMP = {"ERL_CRASH_DUMP_SECONDS": "0"}  # Erlang would leave a file where it was started


class RunFailed(Exception):
    """A run gave no figures; what it said on standard error is there already."""


def begin(cpu: int) -> None:
    """In the child process: pinned, and ended when this one is killed."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if cpu >= 0:
        os.sched_setaffinity(0, {cpu})


def run_apart(
    command: Sequence[str],
    descriptors: Sequence[int],
    cpu: int,
    environment: Mapping[str, str] | None = None,
) -> None:
    """A process that may write to these descriptors; what it prints goes to standard error."""
    try:
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            pass_fds=descriptors,
            timeout=SECONDS_OF_A_RUN,
            env={**os.environ, **NO_DUMP, **(environment or {})},
            preexec_fn=partial(begin, cpu),
        )
    except subprocess.TimeoutExpired as late:
        raise RunFailed(f"took longer than {late.timeout:.0f} s") from None
    except OSError as error:
        raise RunFailed(str(error)) from None
    if done.returncode < 0:
        raise RunFailed(f"killed by {signal.Signals(-done.returncode).name}")
    if done.returncode:
        raise RunFailed(f"ended with {done.returncode}")


def parse_figures(text: str, wanted: int) -> list[float | None]:
    try:
        figures = json.loads(text)
        told = [None if figure is None else float(figure) for figure in figures]
    except (ValueError, TypeError):
        raise RunFailed(f"told {text!r} for figures") from None
    if len(told) != wanted:
        raise RunFailed(f"told {len(told)} figures, not {wanted}")
    return told


class Runner:
    def __init__(self, options: Options, programs: Programs) -> None:
        self.options = options
        self.programs = programs

    def cpu_of(self, workload: Workload, side: str) -> int:
        return -1 if side in workload.all_cpus else self.options.cpu

    def run(self, workload: Workload, side: str, count: int) -> list[float | None]:
        """One run of one side."""
        reading, writing = os.pipe()
        with os.fdopen(reading) as file:
            try:
                command = [
                    *self.programs.of(side).begin,
                    *words_of(self.options, workload, side, count, writing),
                ]
                run_apart(command, [writing], self.cpu_of(workload, side))
            finally:
                os.close(writing)
            return parse_figures(file.read(), len(workload.figures))

    def count_allocations(self, workload: Workload, side: str, count: int) -> float:
        """Calls of the allocator for each message: what twice the work takes more, so that start
        and end do not count."""
        once, twice = (self.allocations_of(workload, side, times * count) for times in (1, 2))
        return (twice - once) / (count + count // 10)  # there is a warm-up too

    def allocations_of(self, workload: Workload, side: str, count: int) -> int:
        """All calls by a run, from its start to its end."""
        assert workload.allocations_of
        counted = replace(workload, name=workload.allocations_of)
        preload = self.options.swift.resolve() / "libcount_allocations.so"
        reading, writing = os.pipe()
        with os.fdopen(reading) as file, open(os.devnull, "w") as nowhere:
            try:
                command = [
                    *self.programs.of(side).begin,
                    *words_of(self.options, counted, side, count, nowhere.fileno()),
                ]
                environment = {"LD_PRELOAD": str(preload), "COUNT_ALLOCATIONS_FD": str(writing)}
                descriptors = [writing, nowhere.fileno()]
                run_apart(command, descriptors, self.cpu_of(workload, side), environment)
            finally:
                os.close(writing)
            return int(file.read())

    def run_side(self, workload: Workload, side: str) -> list[float | None]:
        count = workload.count_of(side, self.options.quick)
        if workload.allocations_of:
            return [self.count_allocations(workload, side, count)]
        return self.run(workload, side, count)

    def run_workload(
        self, workload: Workload, sides: Sequence[str]
    ) -> tuple[Result, dict[str, str]]:
        """The rounds; and, by side, why one has failed, which then is in none."""
        result = Result(workload, {side: [] for side in sides})
        failed: dict[str, str] = {}
        # Round 0 is the warm-up.
        for number in range(1 if self.options.quick else 0, self.options.rounds + 1):
            for side in list(result.rounds):
                try:
                    figures = self.run_side(workload, side)
                except RunFailed as reason:
                    failed[side] = str(reason)
                    del result.rounds[side]
                else:
                    if number > 0:
                        result.rounds[side].append(figures)
        return result, failed
