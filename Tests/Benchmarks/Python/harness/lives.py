"""For births and ends: the two clocks, generation after generation."""

from __future__ import annotations

from .clock import seconds


class Lives:
    def __init__(self) -> None:
        self.spawning = 0.0
        self.ending = 0.0
        self._start = seconds()

    def begin(self) -> None:
        self._start = seconds()

    def born(self) -> None:
        """All of a generation are up."""
        now = seconds()
        self.spawning += now - self._start
        self._start = now

    def ended(self) -> None:
        """None of a generation is left."""
        self.ending += seconds() - self._start

    def figures(self, count: int) -> list[float]:
        """Thousands of births and of ends a second."""
        return [count / self.spawning / 1e3, count / self.ending / 1e3]
