"""The same results for programs: every figure of every round."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .machine import Machine
from .model import Result, Values
from .options import Options
from .sides import FLOOR, SIDES
from .spread import Spread
from .table import goal_text


def spread_of(values: Values) -> dict[str, float]:
    spread = Spread.of(values)
    return {"median": spread.median, "min": spread.least, "max": spread.most}


def side_of(result: Result, side: str, index: int, quick: bool) -> dict[str, Any] | None:
    values = result.values(side, index)
    if values is None:
        return None
    told: dict[str, Any] = {
        "count": result.workload.count_of(side, quick),
        **spread_of(values),
        "rounds": values,
    }
    peer = result.fastest_peer(index)
    for name, beside in ("of_floor", FLOOR), ("of_fastest_peer", peer):
        ratios = result.ratios(side, beside, index) if beside else None
        if ratios:
            told[name] = spread_of(ratios)
    if side in result.workload.notes:
        told["note"] = result.workload.notes[side]
    return told


def goals_of(result: Result, index: int) -> list[dict[str, Any]]:
    figure = result.workload.figures[index]
    told = []
    for goal in figure.goals:
        value = result.goal_value(goal, index)
        if value is not None:
            text = f"{goal.side} {goal_text(figure, goal)}"
            told.append({"goal": text, "value": value, "met": figure.meets(goal, value)})
    return told


def figure_of(result: Result, index: int, quick: bool) -> dict[str, Any]:
    workload, figure = result.workload, result.workload.figures[index]
    sides = {side: side_of(result, side, index, quick) for side in result.sides}
    return {
        "workload": workload.name,
        "figure": figure.name,
        "unit": figure.unit,
        "less_is_better": figure.less_is_better,
        "payload": workload.payload,
        "size": workload.size,
        "fastest_peer": result.fastest_peer(index),
        "sides": {side: told for side, told in sides.items() if told},
        "goals": goals_of(result, index),
    }


def make_report(
    options: Options,
    machine: Machine,
    results: Sequence[Result],
    left_out: Mapping[str, str],
    failures: Sequence[str],
) -> dict[str, Any]:
    return {
        "machine": asdict(machine),
        "pinned": options.cpu,
        "second_threads": options.other_cpu,
        "rounds": options.rounds,
        "quick": options.quick,
        "clock": "cpu" if options.cpu_time else "wall",
        "sides": {side: SIDES[side].title for side in machine.versions},
        "left_out": dict(left_out),
        "failures": list(failures),
        "results": [
            figure_of(result, index, options.quick)
            for result in results
            for index in range(len(result.workload.figures))
        ],
    }


def write_report(path: Path, report: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        json.dump(report, file, indent=1)
        file.write("\n")
