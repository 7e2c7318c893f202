"""Messages a second of all sides, a panel for each workload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .chart_style import COLOURS, NAMES, PEER, TEXT, bare, begin, caption, save

PANELS = {
    "ping-pong": "ping-pong",
    "flood, actor to actor": "flood, actor to actor",
    "flood": "flood from outside",
    "ring of 1000": "ring of 1000 actors",
    "publish 1 to 1000": "publish to 1000 subscribers",
    "flood 1 KiB": "flood of 1 KiB",
    "send from another thread": "send from another thread",
}
PALER = "Paler: calls that are awaited, and queue nothing."
LEAST, MOST = 0.005, 2000
BAR_INCHES, HEAD_INCHES = 0.19, 0.42
WIDTH = 9.0
LEFT, RIGHT, BETWEEN = 1.75, 0.15, 1.85  # inches beside and between the two columns

Panel = Mapping[str, Any]


def height_of(panel: Panel) -> float:
    return HEAD_INCHES + BAR_INCHES * len(panel["sides"])


def two_columns(panels: Sequence[Panel]) -> tuple[list[Panel], list[Panel]]:
    """In their order, so that the taller one is as low as can be."""
    heights = [height_of(panel) for panel in panels]
    splits = range(len(panels) + 1)
    best = min(splits, key=lambda at: max(sum(heights[:at]), sum(heights[at:])))
    return list(panels[:best]), list(panels[best:])


def draw_panel(axes: Axes, panel: Panel) -> None:
    sides = panel["sides"]
    for row, (side, told) in enumerate(sides.items()):
        value = told["median"]
        axes.barh(row, value - LEAST, left=LEAST, height=0.72, color=COLOURS.get(side, PEER))
        axes.plot([told["min"], told["max"]], [row, row], color=TEXT, linewidth=1)
        text = f"{value:.0f}" if value >= 10 else f"{value:.2g}"
        axes.text(max(value, told["max"]) * 1.15, row, text, va="center", fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(LEAST, MOST)
    axes.set_ylim(len(sides) - 0.4, -0.6)
    axes.set_yticks(range(len(sides)), [NAMES.get(side, side) for side in sides])
    axes.set_xticks([0.01, 0.1, 1, 10, 100, 1000], ["0.01", "0.1", "1", "10", "100", "1000"])
    axes.set_xticks([], minor=True)
    axes.tick_params(axis="x", labelsize=7)
    axes.grid(axis="x")
    axes.set_title(PANELS[panel["workload"]], loc="left", fontweight="bold", pad=4)
    bare(axes)


def draw_column(figure: Figure, panels: Sequence[Panel], left: float, width: float) -> None:
    """From the top; all in inches."""
    height = figure.get_figheight()
    top = height - 0.35
    for panel in panels:
        bars = BAR_INCHES * len(panel["sides"])
        top -= HEAD_INCHES
        at = (left / WIDTH, (top + 0.17 - bars) / height, width / WIDTH, bars / height)
        draw_panel(figure.add_axes(at), panel)
        top -= bars


def draw_messages(report: Mapping[str, Any], directory: Path) -> Path | None:
    by_name = {result["workload"]: result for result in report["results"]}
    panels = [by_name[name] for name in PANELS if name in by_name]
    if not panels:
        return None
    begin()
    columns = two_columns(panels)
    height = 0.6 + max(sum(height_of(panel) for panel in column) for column in columns)
    figure = Figure(figsize=(WIDTH, height))
    figure.text(0.01, 1 - 0.2 / height, "Millions of messages a second, log scale", fontsize=11)
    figure.text(0.01, 0.08 / height, f"{caption(report)}. {PALER}", fontsize=7)
    width = (WIDTH - LEFT - RIGHT - BETWEEN) / 2
    draw_column(figure, columns[0], LEFT, width)
    draw_column(figure, columns[1], LEFT + width + BETWEEN, width)
    return save(figure, directory / "messages.svg")
