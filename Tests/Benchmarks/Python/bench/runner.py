"""Runs a workload: each run in a process of its own, all sides in turn in every round."""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from .clock import use_cpu_time
from .machine import pin
from .model import Result, Side, Workload
from .options import Options

PROGRAM = Path(__file__).resolve().parent.parent / "bench_python.py"
SECONDS_OF_A_RUN = 120  # a guard against a hang


class RunFailed(Exception):
    """A run gave no figures; what it said on standard error is there already."""


def end_with_parent() -> None:
    """In a child process: ends it when this one is killed."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def command_of(options: Options, workload: Workload, side: Side, figures_fd: int) -> list[str]:
    command = [sys.executable, str(PROGRAM), "--only", f"={workload.name}", "--side", side.library]
    command += ["--cpu", str(options.cpu), "--figures-fd", str(figures_fd)]
    command += ["--quick"] if options.quick else []
    command += ["--cpu-time"] if options.cpu_time else []
    return command


def run_apart(options: Options, workload: Workload, side: Side) -> list[float]:
    reading, writing = os.pipe()
    command = command_of(options, workload, side, writing)
    try:
        # What a library prints goes to standard error: standard output is for the table.
        done = subprocess.run(
            command,
            check=False,
            pass_fds=[writing],
            stdout=sys.stderr,
            timeout=SECONDS_OF_A_RUN,
            preexec_fn=end_with_parent,
        )
    except subprocess.TimeoutExpired as late:
        os.close(reading)
        raise RunFailed(f"{side.library} took longer than {late.timeout:.0f} s") from None
    finally:
        os.close(writing)
    with os.fdopen(reading) as file:
        text = file.read()
    if done.returncode != 0:
        raise RunFailed(f"{side.library} ended with {done.returncode}")
    figures = json.loads(text)
    return [float(figure) for figure in figures]


def run_here(options: Options, workload: Workload, side: Side) -> list[float]:
    pin(options.cpu)
    if options.cpu_time:
        use_cpu_time()
    whole = workload.steady or not options.quick
    count = side.count if whole else max(side.count // 10, 1)
    module = importlib.import_module(f"sides.with_{side.library}.{side.module}")
    figures: Sequence[float] = module.run(count, **side.options)
    if len(figures) != len(workload.figures):
        raise RunFailed(f"{side.library} gave {len(figures)} figures")
    return [float(figure) for figure in figures]


def run_once(options: Options, workload: Workload, figures_fd: int) -> None:
    """This process is one of the runs: says its figures to who started it."""
    (side,) = options.sides_of(workload)
    try:
        figures = run_here(options, workload, side)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # whatever threads a library has running
    os.write(figures_fd, json.dumps(figures).encode())


def run_workload(options: Options, workload: Workload) -> Result:
    run = run_here if options.in_process else run_apart
    sides = options.sides_of(workload)
    result = Result(workload, {side.library: [] for side in sides})
    # Round 0 is the warm-up; a profile should show the work once.
    for number in range(1 if options.in_process else 0, options.rounds + 1):
        for side in sides:
            figures = run(options, workload, side)
            if number > 0:
                result.rounds[side.library].append(figures)
    return result
