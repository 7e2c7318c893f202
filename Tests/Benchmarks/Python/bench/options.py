"""The command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from .machine import last_cpu
from .model import Side, Workload


@dataclass(frozen=True)
class Options:
    rounds: int
    only: Sequence[str]
    libraries: Sequence[str]
    quick: bool
    cpu_time: bool
    cpu: int
    in_process: bool
    json: str | None
    names: bool
    figures_fd: int | None

    def wants(self, workload: Workload) -> bool:
        return not self.only or any(
            workload.name == only[1:] if only.startswith("=") else only in workload.name
            for only in self.only
        )

    def sides_of(self, workload: Workload) -> list[Side]:
        return [
            side for side in workload.sides if not self.libraries or side.library in self.libraries
        ]


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be positive")
    return number


def read_options(description: str, libraries: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(description=description)
    add = parser.add_argument
    text = "measured rounds of each workload (default 5)"
    add("--rounds", type=positive, default=5, metavar="N", help=text)
    text = "only workloads whose name has NAME in it, or is it: =NAME; may be repeated"
    add("--only", action="append", default=[], metavar="NAME", help=text)
    text = "only this library; may be repeated"
    add("--side", action="append", default=[], dest="libraries", choices=libraries, help=text)
    add("--quick", action="store_true", help="a tenth of the work, for a first look")
    add("--json", metavar="FILE", help="write every figure of every round to FILE too")
    text = "run on CPU N (default: the last one allowed; -1: do not pin)"
    add("--cpu", type=int, default=last_cpu(), metavar="N", help=text)
    text = "measure CPU time, not wall time, for a machine that is busy"
    add("--cpu-time", action="store_true", help=text)
    add("--in-process", action="store_true", help="no process per run: for profilers")
    add("--list", action="store_true", dest="names", help="name the workloads and end")
    add("--figures-fd", type=int, help=argparse.SUPPRESS)
    return Options(**vars(parser.parse_args()))
