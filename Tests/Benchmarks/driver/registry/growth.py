"""What one costs among ever more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..model import Figure, Workload
from .terms import SMALL, both, most, peers, rate

POWERS = tuple(10**power for power in range(8))
TO_100_K, TO_1_M, TO_10_M = POWERS[:6], POWERS[:7], POWERS


def grown(
    name: str,
    figures: tuple[Figure, ...],
    sizes: Sequence[int],
    counts: Mapping[str, int],
    most_of: Mapping[str, int],
    payload: int | None = SMALL,
    bytes_each: int = 0,
) -> tuple[Workload, ...]:
    """A workload for each size; each side as far as it can go."""
    return tuple(
        Workload(
            name,
            figures,
            {side: count for side, count in counts.items() if size <= most_of.get(side, size)},
            payload=payload,
            size=size,
            memory_mib=size * bytes_each >> 20,
        )
        for size in sizes
    )


GROWTH = (
    *grown(
        "message among N actors",
        rate(),
        (2, *TO_1_M[1:]),
        both(10_000_000) | peers(caf=1_500_000, erlang=1_000_000),
        peers(caf=100_000, erlang=100_000),
    ),
    *grown(
        "publish to N subscribers",
        rate(),
        TO_100_K,
        both(10_000_000) | peers(caf=1_000_000, zeromq=1_000_000, glib=3_000_000, erlang=1_000_000),
        peers(zeromq=1000),  # it takes descriptors
    ),
    *grown(
        "spawn of N actors",
        (Figure("spawn and end", "M/s"), most("resident", "bytes")),
        TO_10_M,
        both(2_000_000) | peers(caf=200_000, erlang=200_000),
        peers(caf=100_000, erlang=100_000),
        None,
        bytes_each=300,
    ),
    *grown(
        "timer among N",
        (Figure("armed and fired", "M/s"), Figure("armed and cancelled", "M/s")),
        TO_1_M,
        both(1_000_000) | peers(erlang=500_000),
        {},
        None,
    ),
)
