"""The way through all workloads."""

from __future__ import annotations

import sys

from .model import Result, Workload
from .options import Options, read_options
from .registry import LIBRARIES, WORKLOADS
from .report import write_report
from .runner import RunFailed, run_once, run_workload
from .table import print_head, print_result

DESCRIPTION = "Measures Backstage for Python beside Pykka, Thespian and asyncio."


def complain(text: str) -> None:
    print(f"bench_python: {text}", file=sys.stderr, flush=True)


def measure(options: Options, libraries: list[str], wanted: list[Workload]) -> int:
    results: list[Result] = []
    failures = 0
    print_head(options, libraries)
    for workload in wanted:
        try:
            results.append(run_workload(options, workload))
        except RunFailed as failed:
            complain(f"FAILED: {workload.name}: {failed}")
            failures += 1
        else:
            print_result(results[-1])
    if options.json:
        write_report(options.json, options, libraries, results)
    return 1 if failures else 0


def main() -> int:
    options = read_options(DESCRIPTION, LIBRARIES)
    libraries = [each for each in LIBRARIES if not options.libraries or each in options.libraries]
    wanted = [each for each in WORKLOADS if options.wants(each) and options.sides_of(each)]
    if not wanted:
        complain("no workload of that name; --list names them")
        return 1
    if options.names:
        print("\n".join(workload.name for workload in wanted))
        return 0
    if options.figures_fd is not None:
        run_once(options, wanted[0], options.figures_fd)
        return 0
    return measure(options, libraries, wanted)
