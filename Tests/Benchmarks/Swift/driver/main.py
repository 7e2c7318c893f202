"""The way through all workloads."""

from __future__ import annotations

import sys

from bench.model import Result, Workload
from bench.table import print_result

from .machine import Machine
from .options import Options, read_options
from .programs import RunFailed, run_side
from .registry import LIBRARIES, WORKLOADS
from .report import write_report
from .table import print_head

DESCRIPTION = "Measures Backstage's typed Swift actors beside its C ABI and Swift's own actors."


def complain(text: str) -> None:
    print(f"bench_swift: {text}", file=sys.stderr, flush=True)


def run_workload(options: Options, workload: Workload) -> Result:
    sides = options.sides_of(workload)
    result = Result(workload, {side.library: [] for side in sides})
    for number in range(options.rounds + 1):  # round 0 is the warm-up
        for side in sides:
            figures = run_side(options, workload, side)
            if number > 0:
                result.rounds[side.library].append(figures)
    return result


def measure(options: Options, wanted: list[Workload]) -> int:
    results: list[Result] = []
    failures = 0
    machine = Machine.of(options)
    print_head(options, machine)
    for workload in wanted:
        try:
            results.append(run_workload(options, workload))
        except RunFailed as failed:
            complain(f"FAILED: {workload.name}: {failed}")
            failures += 1
        else:
            print_result(results[-1])
    if options.json:
        write_report(options.json, options, machine, results)
    return 1 if failures else 0


def main() -> int:
    options = read_options(DESCRIPTION, list(LIBRARIES))
    wanted = [each for each in WORKLOADS if options.wants(each) and options.sides_of(each)]
    if not wanted:
        complain("no workload of that name; --list names them")
        return 1
    if options.names:
        print("\n".join(workload.name for workload in wanted))
        return 0
    try:
        return measure(options, wanted)
    except RunFailed as failed:
        complain(str(failed))
        return 1
