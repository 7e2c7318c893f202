"""What there is to measure: workloads, their sides, their figures, and the goals of those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .sides import BACKSTAGE, FLOOR, PEERS
from .spread import Spread

FASTEST_PEER = "the fastest peer"

# A side's values of one figure, a value for each round.
Values = list[float]


@dataclass(frozen=True)
class Goal:
    """A bound for a side's figure; or, beside another side, for the ratio to it."""

    target: float
    beside: str | None = None  # a side, or FASTEST_PEER
    side: str = BACKSTAGE


@dataclass(frozen=True)
class Figure:
    """What a run yields. `name` is empty if the workload has no other."""

    name: str
    unit: str
    goals: tuple[Goal, ...] = ()
    less_is_better: bool = False

    def ratio(self, one: float, other: float) -> float | None:
        """How many times as good `one` is."""
        above, below = (other, one) if self.less_is_better else (one, other)
        return above / below if below else None

    def meets(self, goal: Goal, value: float) -> bool:
        if goal.beside is None and self.less_is_better:
            return value <= goal.target
        return value >= goal.target

    @property
    def bound(self) -> str:
        return "<=" if self.less_is_better else ">="


@dataclass(frozen=True)
class Workload:
    """`counts`: the sides that do it, and how much each does: messages, actors, timers, ..."""

    name: str
    figures: tuple[Figure, ...]
    counts: Mapping[str, int]
    payload: int | None = None  # bytes of a message, where there are messages
    size: int | None = None  # actors, subscribers, members of a ring, where that varies
    steady: bool = False  # the count stays as it is under --quick
    all_cpus: frozenset[str] = frozenset()  # sides whose threads would wait for each other on one
    allocations_of: str | None = None  # counts calls of the allocator for each message of that one
    memory_mib: int = 0  # without so much it is left out
    notes: Mapping[str, str] = field(default_factory=dict)  # by side: what it does otherwise

    def count_of(self, side: str, quick: bool) -> int:
        count = self.counts[side]
        return max(count // 10, 1) if quick and not self.steady else count

    @property
    def title(self) -> str:
        """With its size in the place of N."""
        if self.size is None or " N" not in self.name:
            return self.name
        return self.name.replace(" N", f" {thousands(self.size)}", 1)


def thousands(number: int) -> str:
    return f"{number:,}".replace(",", " ")


@dataclass
class Result:
    """The rounds of a workload: by side, in each round a value for every figure, or None for one
    that the side does not have."""

    workload: Workload
    rounds: dict[str, list[list[float | None]]]

    @property
    def sides(self) -> Sequence[str]:
        return list(self.rounds)

    def values(self, side: str, index: int) -> Values | None:
        values = [each[index] for each in self.rounds.get(side, [])]
        told = [value for value in values if value is not None]
        return told if told and len(told) == len(values) else None

    def ratios(self, side: str, beside: str, index: int) -> Values | None:
        """Round by round, how many times as good `side` is; None where there is none."""
        ours, theirs = self.values(side, index), self.values(beside, index)
        if side == beside or ours is None or theirs is None:
            return None
        ratio = self.workload.figures[index].ratio
        ratios = [ratio(a, b) for a, b in zip(ours, theirs, strict=True)]
        told = [value for value in ratios if value is not None]
        return told if len(told) == len(ratios) else None

    def of_floor(self, side: str, index: int) -> Values | None:
        return self.ratios(side, FLOOR, index)

    def fastest_peer(self, index: int) -> str | None:
        """The one with the best median."""
        medians = {}
        for side in self.sides:
            values = self.values(side, index) if side in PEERS else None
            if values:
                medians[side] = Spread.of(values).median
        if not medians:
            return None
        best = min if self.workload.figures[index].less_is_better else max
        return best(medians, key=lambda side: medians[side])

    def goal_value(self, goal: Goal, index: int) -> float | None:
        """The median that a goal is about, if this run can tell."""
        beside = goal.beside
        if beside == FASTEST_PEER:
            beside = self.fastest_peer(index)
            if beside is None:
                return None
        if beside is None:
            values = self.values(goal.side, index)
        else:
            values = self.ratios(goal.side, beside, index)
        return Spread.of(values).median if values else None
