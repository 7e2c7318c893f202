"""Where the board writes: a line for each reading, or a live table."""

from __future__ import annotations

import sys
from typing import Protocol

from .describe import describe
from .readings import Reading


class View(Protocol):
    """Shows readings."""

    def show(self, when: float, publisher: str, topic: str, reading: Reading) -> None:
        """Takes a reading; `when` is in seconds since the start."""

    def draw(self, when: float) -> None:
        """Draws what it took since it drew last."""

    def close(self) -> None:
        """Leaves what is drawn as it stands."""


class PlainView:
    """Writes a line for each reading."""

    def show(self, when: float, publisher: str, topic: str, reading: Reading) -> None:
        print(f"{when:9.3f}  {publisher:<10} {topic:<22} {describe(reading)}")

    def draw(self, when: float) -> None:
        sys.stdout.flush()

    def close(self) -> None:
        sys.stdout.flush()


def choose_view(is_plain: bool, interval: float) -> View:
    """A live table where that is possible: on a terminal, with rich installed."""
    if is_plain or not sys.stdout.isatty():
        return PlainView()
    try:
        from .live import LiveView
    except ImportError:
        return PlainView()
    return LiveView(rows_shown_for=3 * interval)
