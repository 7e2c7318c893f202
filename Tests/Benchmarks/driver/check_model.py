"""What is checked: values that the machine's speed and its other work cannot change."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

HEADROOM = 0.03  # for what another version of a compiler changes
LOWERED = 0.1  # so far below its threshold, a value asks for a lower one


class CheckFailed(Exception):
    """A value could not be had."""


@dataclass(frozen=True)
class Measured:
    """`goal`: what the design promises, if it does. `drifts`: the threshold follows the value."""

    group: str
    name: str
    value: float
    goal: float | None = None
    drifts: bool = False
    decimals: int = 0

    @property
    def new_threshold(self) -> float:
        if not self.drifts:
            return self.value if self.goal is None else self.goal
        scale = 10**self.decimals
        threshold: float = math.ceil(self.value * (1 + HEADROOM) * scale)
        if self.decimals:
            threshold /= scale
        return threshold if self.goal is None else min(threshold, self.goal)


@dataclass
class Thresholds:
    """By group and name; and by what they were taken with."""

    taken_with: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, float]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Thresholds:
        stored = json.loads(path.read_text())
        return cls(stored["taken with"], stored["thresholds"])

    def of(self, measured: Measured) -> float | None:
        return self.values.get(measured.group, {}).get(measured.name)

    def put(self, measured: Measured) -> None:
        self.values.setdefault(measured.group, {})[measured.name] = measured.new_threshold

    def write(self, path: Path) -> None:
        stored = {"taken with": self.taken_with, "thresholds": self.values}
        path.write_text(json.dumps(stored, indent=4) + "\n")


@dataclass(frozen=True)
class Verdict:
    measured: Measured
    threshold: float | None

    @property
    def passed(self) -> bool:
        return self.threshold is not None and self.measured.value <= self.threshold

    @property
    def can_be_lowered(self) -> bool:
        if self.threshold is None or not self.measured.drifts:
            return False
        return self.measured.value < (1 - LOWERED) * self.threshold

    @property
    def text(self) -> str:
        if self.threshold is None:
            return "FAILED: no threshold"
        return "ok" if self.passed else "FAILED"
