"""One run of one side, as the driver asks for it."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import traceback
from collections.abc import Sequence

from .clock import use_cpu_time
from .workloads import WORKLOADS, Figures, Work

PACKAGES = {side: f"sides.with_{side}" for side in WORKLOADS} | {"python": "sides.with_backstage"}


def read_options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="One run of one workload with one library.")
    add = parser.add_argument
    add("--run", metavar="SIDE", choices=list(WORKLOADS), help="pykka, python, ...")
    add("--workload", metavar="NAME", help="see --list")
    add("--count", type=int, metavar="N", help="pieces of work")
    add("--cpu", type=int, default=-1, metavar="N", help="run on CPU N")
    add("--figures-fd", type=int, default=1, metavar="FD", help="where the figures go, as JSON")
    add("--cpu-time", action="store_true", help="measure CPU time, not wall time")
    add("--list", action="store_true", help="name the workloads of all sides and end")
    add("--size", type=int, metavar="N", help="members, subscribers, where that varies")
    # What the driver tells every program, and these have no use for.
    add("--other-cpu", type=int, help=argparse.SUPPRESS)
    add("--payload", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if not options.list and not (options.run and options.workload and options.count):
        parser.error("--run, --workload and --count are needed")
    return options


def run(side: str, work: Work, count: int, size: int | None) -> Figures:
    module = importlib.import_module(f"{PACKAGES[side]}.{work.module}")
    options = dict(work.options)
    if work.size is not None:
        options["size"] = size or work.size
        count = max(count // (size or work.size), 1)
    figures: Sequence[float] = module.run(count, **options)
    return work.tell(figures)


def main(words: Sequence[str]) -> int:
    options = read_options(words)
    if options.list:
        print("\n".join(dict.fromkeys(name for side in WORKLOADS.values() for name in side)))
        return 0
    work = WORKLOADS[options.run].get(options.workload)
    if work is None:
        print(f"{options.run} has no workload {options.workload!r}", file=sys.stderr)
        return 1
    if options.cpu >= 0:
        os.sched_setaffinity(0, {options.cpu})
    if options.cpu_time:
        use_cpu_time()
    try:
        figures = run(options.run, work, options.count, options.size)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # whatever threads a library has running
    os.write(options.figures_fd, json.dumps(figures).encode())
    return 0
