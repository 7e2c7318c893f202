"""The way through all workloads."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from .machine import Machine, free_memory_mib
from .model import Result, Workload
from .options import Options, read_options
from .programs import Programs
from .registry import GROWTH, WORKLOADS
from .report import make_report, write_report
from .runner import Runner
from .sides import SIDES
from .table import Table
from .versions import version_of


def complain(text: str) -> None:
    print(f"bench.py: {text}", file=sys.stderr, flush=True)


def sides_in(workloads: Sequence[Workload], options: Options) -> list[str]:
    """All that these workloads have, and that are wanted."""
    had = {side for workload in workloads for side in workload.counts}
    return [side for side in SIDES if side in had and options.wants_side(side)]


class Measuring:
    """A run of the suite: what there is, what came of it."""

    def __init__(self, options: Options, workloads: Sequence[Workload]) -> None:
        self.options = options
        self.workloads = workloads
        self.programs = Programs(options)
        wanted = sides_in(workloads, options)
        missing = {side: self.programs.missing(side) for side in wanted}
        self.left_out = {side: f"there is no {what}" for side, what in missing.items() if what}
        self.there = [side for side in wanted if side not in self.left_out]
        versions = {side: version_of(side, self.programs.of(side)) for side in self.there}
        self.machine = Machine.of(options.cpu, versions)
        self.table = Table()
        self.results: list[Result] = []
        self.failures: list[str] = []

    def run(self) -> None:
        for what, why in self.left_out.items():
            complain(f"{what} is left out: {why}")
        self.table.head(self.options, self.machine, self.there)
        runner = Runner(self.options, self.programs)
        for workload in self.workloads:
            if workload.memory_mib > free_memory_mib():
                self.left_out[workload.title] = f"it takes {workload.memory_mib} MiB"
                complain(f"{workload.title} is left out: {self.left_out[workload.title]}")
            else:
                self.take(*runner.run_workload(workload, self.programs.sides_of(workload)))

    def take(self, result: Result, failed: Mapping[str, str]) -> None:
        for side, reason in failed.items():
            self.failures.append(f"{result.workload.title}, {side}: {reason}")
            complain(f"FAILED: {self.failures[-1]}")
        if result.rounds:
            self.results.append(result)
            self.table.result(result)

    def tell(self) -> None:
        options = self.options
        report = make_report(options, self.machine, self.results, self.left_out, self.failures)
        if options.json:
            write_report(options.json, report)
        if options.charts:
            from .chart import draw_all

            draw_all(report, options.charts)


def measure(options: Options, workloads: Sequence[Workload]) -> int:
    measuring = Measuring(options, workloads)
    if not measuring.there:
        complain(f"nothing to run: {measuring.left_out}")
        return 1
    measuring.run()
    measuring.tell()
    return 1 if measuring.failures else 0


def list_names(options: Options, workloads: Sequence[Workload]) -> None:
    for workload in workloads:
        sides = [side for side in workload.counts if options.wants_side(side)]
        print(f"{workload.title}: {', '.join(sides)}")


def run(words: Sequence[str], all_workloads: Sequence[Workload]) -> int:
    options = read_options(words)
    workloads = [
        each for each in all_workloads if options.wants(each) and sides_in([each], options)
    ]
    if not workloads:
        complain("no workload of that name; --list names them")
        return 1
    if options.names:
        list_names(options, workloads)
        return 0
    return measure(options, workloads)


def main(words: Sequence[str]) -> int:
    command = words[0] if words and not words[0].startswith("-") else "run"
    rest = words[1:] if words and not words[0].startswith("-") else words
    if command == "run":
        return run(rest, WORKLOADS)
    if command == "growth":
        return run(rest, GROWTH)
    if command == "check":
        from .thresholds import main as check

        return check(rest)
    if command == "chart":
        from .chart import main as chart

        return chart(rest)
    complain(f"no command {command}: see --help")
    return 1
