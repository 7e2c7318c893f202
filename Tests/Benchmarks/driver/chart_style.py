"""What the charts have in common: colours that can be read on white and on black, and files that
are the same each time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .sides import (
    ASYNCIO,
    BACKSTAGE,
    CAF,
    ERLANG,
    FLOOR,
    GLIB,
    PYKKA,
    PYTHON,
    SWIFT,
    SWIFT_ACTORS,
    SWIFT_EXECUTOR,
    SWIFT_STREAMS,
    SWIFT_TASKS,
    THESPIAN,
    ZEROMQ,
)

TEXT = "#76808a"
LINE = "#8b949e"
PEER, NOT_QUEUED = "#c98a3c", "#c98a3c88"
COLOURS = {
    FLOOR: "#8b949e",
    BACKSTAGE: "#2f81f7",
    SWIFT: "#6cb0ff",
    PYTHON: "#6cb0ff",
    SWIFT_ACTORS: NOT_QUEUED,
    SWIFT_EXECUTOR: NOT_QUEUED,
}
LINE_COLOURS = COLOURS | {CAF: "#d29922", ZEROMQ: "#bf5af2", GLIB: "#3fb950", ERLANG: "#e5534b"}
NAMES = {
    FLOOR: "plain C floor",
    BACKSTAGE: "Backstage (C)",
    SWIFT: "Backstage (Swift)",
    PYTHON: "Backstage (Python)",
    CAF: "CAF",
    ZEROMQ: "ZeroMQ",
    GLIB: "GLib",
    ERLANG: "Erlang",
    SWIFT_ACTORS: "Swift actors, await",
    SWIFT_EXECUTOR: "Swift actors, one executor",
    SWIFT_TASKS: "Swift actors, Tasks",
    SWIFT_STREAMS: "Swift AsyncStream",
    ASYNCIO: "asyncio",
    THESPIAN: "Thespian",
    PYKKA: "Pykka",
}


def begin() -> None:
    mpl.use("svg")
    mpl.rcParams.update(
        {
            "grid.alpha": 0.3,
            "grid.color": LINE,
            "grid.linewidth": 0.6,
            "svg.hashsalt": "backstage",
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "font.size": 9,
            "text.color": TEXT,
            "axes.labelcolor": TEXT,
            "axes.edgecolor": LINE,
            "axes.titlesize": 10,
            "xtick.color": TEXT,
            "ytick.color": TEXT,
            "legend.labelcolor": TEXT,
        }
    )


def bare(axes: Axes) -> None:
    """No frame; a light grid behind."""
    for edge in "top", "right", "left", "bottom":
        axes.spines[edge].set_visible(False)
    axes.tick_params(which="both", length=0)
    axes.set_axisbelow(True)


def caption(report: Mapping[str, Any]) -> str:
    machine = report["machine"]
    clock = "CPU time" if report["clock"] == "cpu" else "wall time"
    rounds = report["rounds"]
    quick = ", a tenth of the work" if report["quick"] else ""
    where = f"{machine['cpu']}, one core of {machine['cpus']}, {machine['kernel']}"
    return f"{where}; median of {rounds} round{'s' if rounds > 1 else ''}{quick}, {clock}"


def save(figure: Figure, path: Path) -> Path:
    figure.savefig(path, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return path
