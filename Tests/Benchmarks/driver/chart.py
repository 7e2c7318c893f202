"""Draws the charts of a report."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .chart_growth import draw_growth
from .chart_messages import draw_messages

CHARTS = Path(__file__).resolve().parent.parent / "charts"


def draw_all(report: Mapping[str, Any], directory: Path) -> list[Path]:
    """Those for which the report has figures."""
    directory.mkdir(parents=True, exist_ok=True)
    drawn = (draw_messages(report, directory), draw_growth(report, directory))
    return [path for path in drawn if path]


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("bench.py chart", description=__doc__)
    parser.add_argument("report", type=Path, help="what --json has written")
    text = "where the charts go (default: charts, beside bench.py)"
    parser.add_argument("--into", type=Path, default=CHARTS, metavar="DIR", help=text)
    options = parser.parse_args(words)
    report = json.loads(options.report.read_text())
    drawn = draw_all(report, options.into)
    for path in drawn:
        print(path)
    return 0 if drawn else 1
