"""What there is to measure: workloads, their sides, their figures, and the goals of those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BACKSTAGE = "backstage"


@dataclass(frozen=True)
class Goal:
    """A bound for Backstage's figure; or, beside a peer, for the ratio to that peer."""

    target: float
    peer: str | None = None


@dataclass(frozen=True)
class Figure:
    """What a run yields. `name` is empty if the workload has no other."""

    name: str
    unit: str
    goals: tuple[Goal, ...] = ()
    less_is_better: bool = False

    def ratio(self, backstage: float, peer: float) -> float:
        """How many times as good Backstage is."""
        return peer / backstage if self.less_is_better else backstage / peer

    def meets(self, goal: Goal, value: float) -> bool:
        if goal.peer is None and self.less_is_better:
            return value <= goal.target
        return value >= goal.target


@dataclass(frozen=True)
class Side:
    """A workload done with one library: the module that does it, and how much of it: messages,
    asks, actors; or times round the ring, publications, generations."""

    library: str
    module: str
    count: int
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Workload:
    name: str
    sides: tuple[Side, ...]
    figures: tuple[Figure, ...]
    steady: bool = False  # the count stays as it is under --quick

    def side(self, library: str) -> Side:
        return next(side for side in self.sides if side.library == library)

    @property
    def libraries(self) -> tuple[str, ...]:
        return tuple(side.library for side in self.sides)


# A library's values of one figure, a value for each round.
Values = list[float]


@dataclass
class Result:
    """The rounds of a workload: by library, in each round a value for every figure."""

    workload: Workload
    rounds: dict[str, list[list[float]]]

    def values(self, library: str, figure: int) -> Values:
        return [each[figure] for each in self.rounds[library]]

    def ratios(self, peer: str, figure: int) -> Values | None:
        """Round by round, or None without both sides."""
        if peer == BACKSTAGE or BACKSTAGE not in self.rounds or peer not in self.rounds:
            return None
        ours, theirs = self.values(BACKSTAGE, figure), self.values(peer, figure)
        ratio = self.workload.figures[figure].ratio
        return [ratio(a, b) for a, b in zip(ours, theirs, strict=True)]
