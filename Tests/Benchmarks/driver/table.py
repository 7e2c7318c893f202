"""The table on standard output: under each figure a row for each side."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TextIO

from .machine import Machine
from .model import FASTEST_PEER, Figure, Goal, Result, Values, Workload
from .options import Options
from .sides import SIDES
from .spread import Spread

WIDTHS = (16, 26, 22, 22)
MET, MISSED = "met", "MISSED"


class Table:
    def __init__(self, file: TextIO = sys.stdout) -> None:
        self.file = file
        self.colours = {MET: "32", MISSED: "31"} if file.isatty() else {}

    def line(self, text: str = "") -> None:
        print(text.rstrip(), file=self.file, flush=True)

    def row(self, *cells: str) -> None:
        *most, last = cells
        padded = (cell.ljust(width) for cell, width in zip(most, WIDTHS, strict=True))
        self.line(" ".join(["   ", *padded, last]))

    def verdict(self, is_met: bool) -> str:
        word = MET if is_met else MISSED
        colour = self.colours.get(word)
        return f"\033[{colour}m{word}\033[0m" if colour else word

    def head(self, options: Options, machine: Machine, sides: Sequence[str]) -> None:
        for text in machine.lines():
            self.line(text)
        for text in method_lines(options):
            self.line(text)
        self.line()
        for side in sides:
            version = machine.versions.get(side, "")
            self.line(f"    {side:<15} {SIDES[side].title}; {version}".rstrip("; "))
        self.line()
        self.row("side", "median (min-max)", "of the floor", "of the fastest peer", "goal")

    def result(self, result: Result) -> None:
        for index, figure in enumerate(result.workload.figures):
            self.line()
            self.line(title_of(result.workload, figure))
            for side in result.sides:
                values = result.values(side, index)
                if values:
                    self.side(result, index, side, values)

    def side(self, result: Result, index: int, side: str, values: Values) -> None:
        """A row; goals after the first are on lines of their own."""
        peer = result.fastest_peer(index)
        of_peer = result.ratios(side, peer, index) if peer else None
        told = self.goals(result, index, side)
        if side in result.workload.notes:
            told.append(f"({result.workload.notes[side]})")
        self.row(
            side,
            str(Spread.of(values)),
            ratio_text(result.of_floor(side, index)),
            "is it" if side == peer else ratio_text(of_peer),
            told[0] if told else "",
        )
        for more in told[1:]:
            self.row(*[""] * len(WIDTHS), more)

    def goals(self, result: Result, index: int, side: str) -> list[str]:
        figure = result.workload.figures[index]
        texts = []
        for goal in figure.goals:
            value = result.goal_value(goal, index)
            if goal.side == side and value is not None:
                texts.append(f"{goal_text(figure, goal)} {self.verdict(figure.meets(goal, value))}")
        return texts


def method_lines(options: Options) -> list[str]:
    pinned = "not pinned"
    if options.cpu >= 0:
        pinned = f"pinned to CPU {options.cpu}, second threads to CPU {options.other_cpu}"
    warm_up = ", a tenth of the work" if options.quick else " after a warm-up round"
    clock = "CPU time" if options.cpu_time else "wall time"
    rounds = f"{options.rounds} round{'s' if options.rounds > 1 else ''}{warm_up}"
    return [
        f"{rounds}, all sides in turn, each run in a process of its own, {pinned}; {clock}",
        "ratios: how many times as good the side is, in the same round; median (min-max) of rounds",
    ]


def title_of(workload: Workload, figure: Figure) -> str:
    """As in `1 M timers: armed (M/s)` or `flood, 16 B (M/s)`."""
    title = f"{workload.title}: {figure.name}" if figure.name else workload.title
    if workload.payload is not None and not workload.name.endswith((" B", " KiB")):
        title += f", {size_text(workload.payload)}"
    return f"{title} ({figure.unit})" if figure.unit else title


def size_text(size: int) -> str:
    return f"{size // 1024} KiB" if size >= 1024 and size % 1024 == 0 else f"{size} B"


def ratio_text(ratios: Values | None) -> str:
    return str(Spread.of(ratios)) if ratios else "-"


def goal_text(figure: Figure, goal: Goal) -> str:
    if goal.beside is None:
        return f"{figure.bound} {goal.target:g} {figure.unit}".rstrip()
    target = f"{goal.target:.2f}" if goal.target < 2 else f"{goal.target:g}x"
    beside = "the fastest peer" if goal.beside == FASTEST_PEER else goal.beside
    return f">= {target} of {beside}"
