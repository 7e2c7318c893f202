"""The table on standard output: under each figure a row for each library."""

from __future__ import annotations

import os
from collections.abc import Sequence

from .machine import cpu_name, python_version, version_of
from .model import BACKSTAGE, Figure, Goal, Result
from .options import Options
from .spread import Spread

ROW = "{:<42} {:<6} {:<10} {:<25} {:<22} {}"


def print_head(options: Options, libraries: Sequence[str]) -> None:
    versions = [f"{each} {version_of(each)}" for each in libraries if each != "asyncio"]
    pinned = f"; pinned to CPU {options.cpu}" if options.cpu >= 0 else ""
    work = ", a tenth of the work" if options.quick else ""
    how = "in this process" if options.in_process else "each run in a process of its own"
    clock = "CPU time" if options.cpu_time else "wall time"
    print(", ".join([*versions, python_version()]))
    print(f"{cpu_name()}, {os.cpu_count()} CPUs{pinned}")
    print(f"{options.rounds} rounds after a warm-up{work}, {how}, {clock}; median (min-max)")
    print("ratio: how many times as good Backstage is, in the same round\n")
    print(ROW.format("workload", "unit", "library", "figure", "ratio", "goal").rstrip(), flush=True)


def print_result(result: Result) -> None:
    workload = result.workload
    for index, figure in enumerate(workload.figures):
        name = f"{workload.name}: {figure.name}" if figure.name else workload.name
        for library in result.rounds:
            spread = Spread.of(result.values(library, index))
            ratios = result.ratios(library, index)
            goals = ", ".join(
                goal_text(figure, goal, value)
                for goal, value in goals_of(result, index)
                if library == (goal.peer or BACKSTAGE)
            )
            ratio = str(Spread.of(ratios)) if ratios else "-"
            row = ROW.format(name, figure.unit, library, str(spread), ratio, goals)
            print(row.rstrip(), flush=True)
            name = ""


def goals_of(result: Result, index: int) -> list[tuple[Goal, float]]:
    """Every goal that this run can tell about, and the median that it is about."""
    told: list[tuple[Goal, float]] = []
    for goal in result.workload.figures[index].goals:
        if goal.peer is not None:
            ratios = result.ratios(goal.peer, index)
            if ratios:
                told.append((goal, Spread.of(ratios).median))
        elif BACKSTAGE in result.rounds:
            told.append((goal, Spread.of(result.values(BACKSTAGE, index)).median))
    return told


def goal_text(figure: Figure, goal: Goal, value: float) -> str:
    verdict = "met" if figure.meets(goal, value) else "not met"
    if goal.peer is not None:
        return f"goal >= {goal.target:g} times: {verdict}"
    bound = "<=" if figure.less_is_better else ">="
    return f"goal {bound} {goal.target:g} {figure.unit}: {verdict}"
