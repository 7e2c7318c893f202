"""The same results for programs: every figure of every round."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence

from .machine import cpu_name, python_build, version_of
from .model import Result
from .options import Options
from .spread import Spread
from .table import goals_of


def spread_of(values: Sequence[float]) -> dict[str, object]:
    spread = Spread.of(values)
    return {"median": spread.median, "min": spread.least, "max": spread.most}


def library_of(result: Result, library: str, index: int) -> dict[str, object]:
    side = result.workload.side(library)
    values = result.values(library, index)
    figures: dict[str, object] = {"count": side.count, **spread_of(values), "rounds": values}
    ratios = result.ratios(library, index)
    if ratios:
        figures["ratio"] = spread_of(ratios)
    return figures


def figure_of(result: Result, index: int) -> dict[str, object]:
    figure = result.workload.figures[index]
    goals = [
        {
            "target": goal.target,
            "times": goal.peer,
            "value": value,
            "met": figure.meets(goal, value),
        }
        for goal, value in goals_of(result, index)
    ]
    return {
        "workload": result.workload.name,
        "figure": figure.name,
        "unit": figure.unit,
        "less_is_better": figure.less_is_better,
        "libraries": {library: library_of(result, library, index) for library in result.rounds},
        "goals": goals,
    }


def write_report(
    path: str, options: Options, libraries: Sequence[str], results: Sequence[Result]
) -> None:
    report = {
        "cpu": cpu_name(),
        "cpus": os.cpu_count(),
        "system": platform.platform(),
        "python": python_build(),
        "versions": {library: version_of(library) for library in libraries},
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
