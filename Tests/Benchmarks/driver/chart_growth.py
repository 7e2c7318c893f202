"""What one message, publication, spawn or timer costs among ever more of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from .chart_style import LINE_COLOURS, NAMES, PEER, bare, begin, caption, save
from .sides import SIDES

# By workload and figure: the title, and what there are ever more of.
PANELS = {
    ("message among N actors", ""): ("a message, among N actors", "actors"),
    ("publish to N subscribers", ""): ("a delivery, of a publication to N", "subscribers"),
    ("spawn of N actors", "spawn and end"): ("a spawn and an end, of N actors", "actors"),
    ("timer among N", "armed and fired"): ("a timer armed and fired, among N", "timers"),
}

Points = dict[str, list[tuple[int, float]]]


def nanoseconds(value: float, unit: str) -> float:
    """Each, of a figure."""
    return 1e3 / value if unit == "M/s" else value


def points_of(results: Sequence[Mapping[str, Any]]) -> Points:
    """By side: size, and nanoseconds each."""
    points: Points = {}
    for result in results:
        for side, told in result["sides"].items():
            each = nanoseconds(told["median"], result["unit"])
            points.setdefault(side, []).append((result["size"], each))
    return points


def draw_panel(axes: Axes, title: str, what: str, points: Points) -> None:
    for side in (side for side in SIDES if side in points):
        sizes, each = zip(*sorted(points[side]), strict=True)
        colour = LINE_COLOURS.get(side, PEER)
        label = NAMES.get(side, side)
        axes.plot(sizes, each, color=colour, marker="o", markersize=3, linewidth=1.6, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_title(title, loc="left", fontweight="bold")
    axes.set_xlabel(what, fontsize=8)
    axes.grid(which="major")
    axes.tick_params(labelsize=8)
    axes.yaxis.set_major_formatter(lambda value, _: duration(value))
    axes.xaxis.set_major_formatter(lambda value, _: short(value))
    bare(axes)


def duration(nanoseconds: float) -> str:
    return f"{nanoseconds / 1e3:g} µs" if nanoseconds >= 1e3 else f"{nanoseconds:g} ns"


def short(value: float) -> str:
    if value >= 1e6:
        return f"{value / 1e6:g} M"
    return f"{value / 1e3:g} k" if value >= 1e3 else f"{value:g}"


def draw_growth(report: Mapping[str, Any], directory: Path) -> Path | None:
    grown: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for result in report["results"]:
        panel = (result["workload"], result["figure"])
        if panel in PANELS:
            grown.setdefault(panel, []).append(result)
    if not grown:
        return None
    begin()
    figure = Figure(figsize=(9, 6.4))
    figure.text(0.01, 0.97, "Time for each, as numbers grow", fontsize=11)
    figure.text(0.01, 0.012, caption(report), fontsize=7)
    labelled: dict[str, Any] = {}
    for index, panel in enumerate(panel for panel in PANELS if panel in grown):
        axes = figure.add_subplot(2, 2, index + 1)
        draw_panel(axes, *PANELS[panel], points_of(grown[panel]))
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            labelled.setdefault(label, handle)
    figure.subplots_adjust(left=0.08, right=0.98, top=0.87, bottom=0.11, hspace=0.42, wspace=0.2)
    places = {"loc": "upper right", "ncols": len(labelled), "bbox_to_anchor": (0.99, 0.995)}
    figure.legend(labelled.values(), labelled.keys(), frameon=False, fontsize=8, **places)
    return save(figure, directory / "growth.svg")
