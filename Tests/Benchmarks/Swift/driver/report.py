"""The same results for programs: every figure of every round."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from bench.model import Result
from bench.report import figure_of

from .machine import Machine
from .options import Options
from .registry import LIBRARIES


def write_report(path: str, options: Options, machine: Machine, results: Sequence[Result]) -> None:
    report = {
        **asdict(machine),
        "sides": LIBRARIES,
        "pinned": options.cpu,
        "rounds": options.rounds,
        "quick": options.quick,
        "clock": "cpu" if options.cpu_time else "wall",
        "results": [
            figure_of(result, index)
            for result in results
            for index in range(len(result.workload.figures))
        ],
    }
    with open(path, "w") as file:
        json.dump(report, file, indent=2)
        file.write("\n")
