"""Which program does a side's work, and what it is told."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .model import Workload
from .options import Options
from .sides import (
    ASYNCIO,
    CAF,
    ERLANG,
    GLIB,
    IN_C,
    IN_SWIFT,
    PYKKA,
    PYTHON,
    SWIFT,
    THESPIAN,
    ZEROMQ,
)

BENCHMARKS = Path(__file__).resolve().parent.parent
IN_BUILD = {CAF: "bench_caf", ZEROMQ: "bench_zeromq", GLIB: "bench_glib", ERLANG: "bench_erlang"}
MODULES = {PYTHON: "backstage", ASYNCIO: "asyncio", THESPIAN: "thespian", PYKKA: "pykka"}


@dataclass(frozen=True)
class Program:
    """`begin`: the command without the run's own words; `module`: what this Python must have."""

    begin: Sequence[str]
    module: str | None = None

    @property
    def missing(self) -> str | None:
        """What is not there, if anything."""
        if self.module and not find_spec(self.module):
            return f"module {self.module}"
        return None if shutil.which(self.begin[0]) else Path(self.begin[0]).name


def program_of(side: str, options: Options) -> Program:
    build, swift = options.build.resolve(), options.swift.resolve()
    if side in IN_C:
        return Program([str(build / "backstage_bench")])
    if side in IN_BUILD:
        return Program([str(build / IN_BUILD[side])])
    if side in IN_SWIFT:
        return Program([str(swift / ("typed_actors" if side == SWIFT else "native_actors"))])
    begin = [sys.executable, str(BENCHMARKS / "Python" / "bench_side.py")]
    return Program(begin, MODULES[side])


def words_of(options: Options, workload: Workload, side: str, count: int, fd: int) -> list[str]:
    """What every program is told."""
    words = ["--run", side, "--workload", workload.name, "--count", str(count)]
    words += ["--cpu", str(options.cpu), "--other-cpu", str(options.other_cpu)]
    words += ["--figures-fd", str(fd)]
    if workload.payload is not None:
        words += ["--payload", str(workload.payload)]
    if workload.size is not None:
        words += ["--size", str(workload.size)]
    return words + (["--cpu-time"] if options.cpu_time else [])


class Programs:
    """All of them, each looked for once."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.known: dict[str, Program] = {}

    def of(self, side: str) -> Program:
        if side not in self.known:
            self.known[side] = program_of(side, self.options)
        return self.known[side]

    def missing(self, side: str) -> str | None:
        return self.of(side).missing

    def sides_of(self, workload: Workload) -> list[str]:
        """Those wanted that are there."""
        return [
            side
            for side in workload.counts
            if self.options.wants_side(side) and not self.missing(side)
        ]
