"""The command line."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .model import Workload
from .sides import SIDES

DESCRIPTION = "Measures Backstage beside plain C and other libraries, by turns, in one run."
COMMANDS = """
commands (one may stand before the options):
  run      the suite (what is done if none is told)
  growth   what a message, a publication, a spawn and a timer cost among ever more
  check    what noise cannot change, against thresholds.json; has options of its own
  chart    draw the charts of a report: chart FILE [--into DIR]
"""


@dataclass(frozen=True)
class Options:
    build: Path
    swift: Path
    rounds: int
    only: Sequence[str]
    sides: Sequence[str]
    quick: bool
    cpu_time: bool
    cpu: int
    other_cpu: int
    json: Path | None
    charts: Path | None
    names: bool

    def wants(self, workload: Workload) -> bool:
        return not self.only or any(
            workload.name == only[1:] if only.startswith("=") else only in workload.name
            for only in self.only
        )

    def wants_side(self, side: str) -> bool:
        return not self.sides or side in self.sides


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be positive")
    return number


def last_cpu() -> int:
    """The last one allowed: the system's own work tends to be on the first."""
    return max(os.sched_getaffinity(0))


def another_cpu(cpu: int) -> int:
    """Another one, if there is; an allowed one, if there is."""
    if cpu < 0:
        return -1
    others = sorted(os.sched_getaffinity(0) - {cpu})
    others += [each for each in range(os.cpu_count() or 1) if each != cpu]
    return others[0] if others else cpu


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "bench.py",
        description=DESCRIPTION,
        epilog=COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    text = "where CMake has put the programs (default: %(default)s)"
    add("--build", type=Path, default=Path("build/release"), metavar="DIR", help=text)
    text = "where SwiftPM has put them (default: %(default)s)"
    add("--swift", type=Path, default=Path("build/bench-swift/release"), metavar="DIR", help=text)
    text = "measured rounds of each workload (default: 5; 1 with --quick)"
    add("--rounds", type=positive, metavar="N", help=text)
    text = "only workloads whose name has NAME in it, or is it: =NAME; may be repeated"
    add("--only", action="append", default=[], metavar="NAME", help=text)
    text = "only this side; may be repeated"
    add("--side", action="append", default=[], dest="sides", choices=list(SIDES), help=text)
    add("--quick", action="store_true", help="a tenth of the work, and no warm-up round")
    text = "measure CPU time, not wall time, for a machine that is busy"
    add("--cpu-time", action="store_true", help=text)
    text = "run on CPU N (default: the last one allowed; -1: do not pin)"
    add("--cpu", type=int, default=last_cpu(), metavar="N", help=text)
    text = "where second threads run (default: another one)"
    add("--other-cpu", type=int, metavar="N", help=text)
    add("--json", type=Path, metavar="FILE", help="write every figure of every round to FILE too")
    add("--charts", type=Path, metavar="DIR", help="draw the charts into DIR too")
    add("--list", action="store_true", dest="names", help="name the workloads and their sides")
    return parser


def read_options(words: Sequence[str]) -> Options:
    told = vars(make_parser().parse_args(words))
    if told["rounds"] is None:
        told["rounds"] = 1 if told["quick"] else 5
    if told["other_cpu"] is None:
        told["other_cpu"] = another_cpu(told["cpu"])
    return Options(**told)
