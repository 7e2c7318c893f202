"""Instructions for each message: what more messages take more, so that start and end cancel out.

The clock that the programs read goes on evenly, and the C library is told to copy as it would on
any processor of this kind: so the numbers are the same each time, and on every machine."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from functools import partial

from .check_model import CheckFailed, Measured
from .check_programs import WITH_WARM_UP, Built, Variables, run
from .sides import BACKSTAGE, FLOOR

GROUP = "instructions a message"
FEWER, MORE = 40_000, 120_000
CALLGRIND, PERF = "callgrind", "perf"
PERF_STAT = ("perf", "stat", "-x,", "-e", "instructions:u", "--")
VALGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
PERF_TIMES = 10  # as much work: a processor's counter has some noise

WORKLOADS = (
    "ping-pong",
    "flood",
    "flood, actor to actor",
    "flood 1 KiB",
    "ring of 1000",
    "publish 1 to 1000",
    "publish 1 to 1000, 1 KiB",
    "send by id, 1000 receivers",
    "request and reply",
    "timer among N",
)
TUNABLES = "glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-ERMS,-FSRM,-AVX_Fast_Unaligned_Load"


def choose_counter() -> str:
    """The processor's, where it can be read: on most virtual machines it cannot."""
    try:
        done = subprocess.run([*PERF_STAT, "true"], check=False, capture_output=True, text=True)
    except OSError:
        return CALLGRIND
    return PERF if done.returncode == 0 and read_perf(done.stderr) else CALLGRIND


def read_perf(text: str) -> int:
    """0 if it did not count."""
    lines = [line.split(",") for line in text.splitlines() if "instructions" in line]
    return sum(int(words[0]) for words in lines if words[0].isdigit())


def count_instructions(built: Built, counter: str, side: str, workload: str, n: int) -> int:
    work = built.work(side, workload, n)
    environment: Variables = {"LD_PRELOAD": built.even_clock, "GLIBC_TUNABLES": TUNABLES}
    command = PERF_STAT if counter == PERF else VALGRIND
    errors = run([*command, *work], "--figures-fd", environment).errors
    if counter == PERF:
        counted = read_perf(errors)
    else:
        found = re.search(r"Collected : (\d+)", errors)
        counted = int(found[1]) if found else 0
    if not counted:
        raise CheckFailed(f"{counter} counted nothing in {workload}: {errors.strip()}")
    return counted


def measure(built: Built, counter: str, side: str, workload: str) -> list[Measured]:
    times = PERF_TIMES if counter == PERF else 1
    fewer, more = (
        count_instructions(built, counter, side, workload, times * count) for count in (FEWER, MORE)
    )
    value = (more - fewer) / ((MORE - FEWER) * times * WITH_WARM_UP)
    return [Measured(GROUP, f"{workload}, {side}", value, drifts=True, decimals=1)]


def instruction_checks(built: Built, counter: str) -> list[Callable[[], list[Measured]]]:
    return [
        partial(measure, built, counter, side, workload)
        for workload in WORKLOADS
        for side in (BACKSTAGE, FLOOR)
    ]
