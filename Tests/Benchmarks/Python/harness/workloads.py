"""By side and by the names that the driver uses: the module that does the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Figures = list[float | None]


def as_they_are(figures: Sequence[float]) -> Figures:
    return list(figures)


def rate_of_each(figures: Sequence[float]) -> Figures:
    """Of microseconds each, millions a second."""
    return [1 / figure for figure in figures]


def lives(figures: Sequence[float]) -> Figures:
    """Of thousands a second, millions; the first generation is part of the warm-up."""
    return [None, *(figure / 1000 for figure in figures)]


def resident(figures: Sequence[float]) -> Figures:
    """These have no statistics of their own."""
    return [*figures, None]


@dataclass(frozen=True)
class Work:
    """A `size` goes to the module too, which then does so many fewer pieces: times round a ring,
    publications, generations."""

    module: str
    size: int | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    tell: Callable[[Sequence[float]], Figures] = as_they_are


COMMON = {
    "ping-pong": Work("ping_pong"),
    "flood, actor to actor": Work("flood"),
    "ring of 1000": Work("ring", size=1000),
    "publish 1 to 1000": Work("publish", size=1000),
    "1 M actors with ids": Work("spawn", size=1000, tell=lives),
    "memory of an idle actor": Work("memory", tell=resident),
    "Python: import": Work("importing"),
}

BACKSTAGE = COMMON | {
    "request and reply": Work("request", tell=rate_of_each),
    "Python: flood by tell_many": Work("flood_many"),
    "Python: flood by tell_many to receive_batch": Work("flood_batch"),
    "Python: flood of records to receive_batch": Work("flood_records"),
    "Python: flood of objects by reference": Work("flood_objects", options={"codec": "Reference"}),
    "Python: flood of objects as JSON": Work("flood_objects", options={"codec": "JSON"}),
    "Python: ask from outside": Work("ask"),
    "Python: ask from another thread": Work("ask_from_thread"),
    "Python: ask between coroutine actors": Work("request_coroutine"),
    "Python: ask through asyncio": Work("ask_aio"),
}

# Their one way to do what Backstage has several for.
FLOODS = {
    "Python: flood by tell_many": Work("flood"),
    "Python: flood by tell_many to receive_batch": Work("flood"),
    "Python: flood of records to receive_batch": Work("flood"),
    "Python: flood of objects by reference": Work("flood_objects"),
    "Python: flood of objects as JSON": Work("flood_objects"),
}

ASYNCIO = (
    COMMON
    | FLOODS
    | {
        "request and reply": Work("ask", tell=rate_of_each),
        "Python: ask from another thread": Work("ask_from_thread"),
        "Python: ask between coroutine actors": Work("ask"),
        "Python: ask through asyncio": Work("ask"),
    }
)

PYKKA = (
    COMMON
    | FLOODS
    | {
        "request and reply": Work("request", tell=rate_of_each),
        "Python: ask from outside": Work("ask"),
        "Python: ask from another thread": Work("ask"),
        "Python: ask between coroutine actors": Work("request"),
    }
)

THESPIAN = COMMON | {"Python: ask from outside": Work("ask")}

WORKLOADS: Mapping[str, Mapping[str, Work]] = {
    "python": BACKSTAGE,
    "asyncio": ASYNCIO,
    "thespian": THESPIAN,
    "pykka": PYKKA,
}
