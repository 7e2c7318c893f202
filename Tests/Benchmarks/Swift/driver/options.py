"""The command line."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.machine import last_cpu
from bench.model import Side, Workload
from bench.options import positive


@dataclass(frozen=True)
class Options:
    programs: Path
    c_bench: Path
    rounds: int
    only: Sequence[str]
    libraries: Sequence[str]
    quick: bool
    cpu_time: bool
    cpu: int
    json: str | None
    names: bool

    def wants(self, workload: Workload) -> bool:
        return not self.only or any(
            workload.name == only[1:] if only.startswith("=") else only in workload.name
            for only in self.only
        )

    def sides_of(self, workload: Workload) -> list[Side]:
        return [
            side for side in workload.sides if not self.libraries or side.library in self.libraries
        ]

    def count_of(self, workload: Workload, side: Side) -> int:
        whole = workload.steady or not self.quick
        return side.count if whole else max(side.count // 10, 1)

    @property
    def other_cpu(self) -> int:
        """For second threads: another one, if there is."""
        if self.cpu < 0:
            return -1
        others = [cpu for cpu in range(os.cpu_count() or 1) if cpu != self.cpu]
        return others[0] if others else self.cpu


def read_options(description: str, libraries: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(description=description)
    add = parser.add_argument
    text = "where `swift build` has put the programs"
    add("--programs", type=Path, required=True, metavar="DIR", help=text)
    add("--c-bench", type=Path, required=True, metavar="FILE", help="the program backstage_bench")
    text = "measured rounds of each workload (default 5)"
    add("--rounds", type=positive, default=5, metavar="N", help=text)
    text = "only workloads whose name has NAME in it, or is it: =NAME; may be repeated"
    add("--only", action="append", default=[], metavar="NAME", help=text)
    text = "only this side; may be repeated"
    add("--side", action="append", default=[], dest="libraries", choices=libraries, help=text)
    add("--quick", action="store_true", help="a tenth of the work, for a first look")
    add("--json", metavar="FILE", help="write every figure of every round to FILE too")
    text = "run on CPU N (default: the last one allowed; -1: do not pin)"
    add("--cpu", type=int, default=last_cpu(), metavar="N", help=text)
    text = "measure CPU time, not wall time, for a machine that is busy"
    add("--cpu-time", action="store_true", help=text)
    add("--list", action="store_true", dest="names", help="name the workloads and end")
    return Options(**vars(parser.parse_args()))
