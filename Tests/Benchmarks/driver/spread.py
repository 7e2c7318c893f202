"""Medians and spreads, and how they are written."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        digits = decimals(self.median)
        if self.least == self.most:
            return f"{self.median:.{digits}f}"
        return f"{self.median:.{digits}f} ({self.least:.{digits}f}-{self.most:.{digits}f})"


def decimals(value: float) -> int:
    if value == 0:
        return 0
    if value < 0.1:
        return 4
    if value < 1:
        return 3
    if value < 10:
        return 2
    return 1 if value < 1000 else 0
