"""One run of one side: a process, and the figures that it tells."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from bench.machine import pin
from bench.model import BACKSTAGE, Side, Workload

from .options import Options

C_ABI = "C ABI"
COUNTED = {"count_allocations": True}  # a side's options: what it tells is mallocs for each message
ON_ALL_CPUS = {"on_all_cpus": True}  # threads that take turns on one would wait for each other
SECONDS_OF_A_RUN = 120  # a guard against a hang


class RunFailed(Exception):
    """A run gave no figures; what it said on standard error is there already."""


def begin(cpu: int) -> None:
    """In the child process: pinned, and ended when this one is killed."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    pin(cpu)


def run_program(
    command: Sequence[str], cpu: int, fd: int | None = None, more: Mapping[str, str] | None = None
) -> str:
    """What it wrote to standard output; of that descriptor it may make use too."""
    try:
        done = subprocess.run(
            command,
            check=False,
            stdout=subprocess.PIPE,
            text=True,
            timeout=SECONDS_OF_A_RUN,
            pass_fds=() if fd is None else (fd,),
            env={**os.environ, **(more or {})},
            preexec_fn=partial(begin, cpu),
        )
    except subprocess.TimeoutExpired as late:
        raise RunFailed(f"{command[0]} took longer than {late.timeout:.0f} s") from None
    except OSError as error:
        raise RunFailed(str(error)) from None
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
        raise RunFailed(f"{' '.join(command)} ended with {done.returncode}")
    return done.stdout


def run_c(options: Options, name: str) -> dict[str, Any]:
    """The report of one round of Backstage's side of `backstage_bench`; it pins itself."""
    reading, writing = os.pipe()
    command = [str(options.c_bench), "--only", f"={name}", "--side", "backstage", "--rounds", "1"]
    command += ["--in-process", "--json", f"/dev/fd/{writing}"]
    command += ["--cpu", str(options.cpu), "--other-cpu", str(options.other_cpu)]
    command += ["--quick"] if options.quick else []
    command += ["--cpu-time"] if options.cpu_time else []
    with os.fdopen(reading) as file:
        try:
            run_program(command, -1, writing)
        finally:
            os.close(writing)
        report: dict[str, Any] = json.load(file)
    return report


def run_swift(options: Options, side: Side, count: int, **environment: object) -> list[float]:
    program = "typed_actors" if side.library == BACKSTAGE else "native_actors"
    command = [str(options.programs / program), side.module, str(count)]
    command += ["--other-cpu", str(options.other_cpu)]
    command += ["--cpu-time"] if options.cpu_time else []
    cpu = -1 if side.options.get("on_all_cpus") else options.cpu
    fd = environment.pop("fd", None)
    more = {key: str(value) for key, value in environment.items()}
    text = run_program(command, cpu, fd if isinstance(fd, int) else None, more)
    return [float(figure) for figure in json.loads(text)]


def count_allocations(options: Options, side: Side, count: int) -> int:
    """All calls of the allocator by a run, from its start to its end."""
    reading, writing = os.pipe()
    preload = options.programs / "libcount_allocations.so"
    with os.fdopen(reading) as file:
        try:
            run_swift(
                options,
                side,
                count,
                fd=writing,
                LD_PRELOAD=preload,
                COUNT_ALLOCATIONS_FD=writing,
            )
        finally:
            os.close(writing)
        return int(file.read())


def run_side(options: Options, workload: Workload, side: Side) -> list[float]:
    count = options.count_of(workload, side)
    if side.library == C_ABI:
        results = run_c(options, side.module)["results"]
        figures = [float(result["backstage"]["median"]) for result in results]
    elif side.options.get("count_allocations"):
        # What twice the work takes more, so that start and end do not count.
        once, twice = (count_allocations(options, side, times * count) for times in (1, 2))
        figures = [(twice - once) / (count + count // 10)]  # there is a warm-up too
    else:
        figures = run_swift(options, side, count)
    if len(figures) != len(workload.figures):
        raise RunFailed(f"{side.library} gave {len(figures)} figures")
    return figures
