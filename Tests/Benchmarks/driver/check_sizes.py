"""Sizes, what the library needs, and how often an idle engine wakes."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from .check_model import Measured
from .check_programs import Built, run
from .sides import BACKSTAGE

BYTES, IDLE = "bytes", "an idle engine"
LIBRARY_BYTES, ACTOR_BYTES, ENVELOPE_BYTES = 300_000, 200, 64
ACTORS = 100_000
STATISTICS = 1  # which figure of the workload is what the engine itself says
WINDOW_MS = 2000
LOOKS = 3  # one that finds nothing, one that sleeps, one once stopped
NEEDED = re.compile(r"\(NEEDED\).*\[(.*)\]")
MAY_BE_NEEDED = re.compile(r"lib(c|m)\.so\.6|libev\.so\.4|ld-linux[-a-z0-9_]*\.so\.\d+")


def library(built: Built) -> list[Measured]:
    with tempfile.TemporaryDirectory() as folder:
        stripped = Path(folder) / "stripped"
        run(["strip", "-o", stripped, built.library])
        size = stripped.stat().st_size
    needed = NEEDED.findall(run(["readelf", "-d", built.library]).output)
    others = [name for name in needed if not MAY_BE_NEEDED.fullmatch(name)]
    return [
        Measured("libraries", "needed besides libc, libm and libev", len(others), goal=0),
        Measured(BYTES, "libbackstage.so, stripped", size, goal=LIBRARY_BYTES, drifts=True),
    ]


def envelope(built: Built) -> list[Measured]:
    (size,) = built.checked("layout", 0)
    return [Measured(BYTES, "an envelope", size, goal=ENVELOPE_BYTES)]


def idle_actor(built: Built) -> list[Measured]:
    size = built.figures(BACKSTAGE, "memory of an idle actor", ACTORS)[STATISTICS]
    return [Measured(BYTES, "an idle actor with its id", size, goal=ACTOR_BYTES, decimals=1)]


def idle_engine(built: Built) -> list[Measured]:
    woken, looks = built.checked("idle", WINDOW_MS)
    return [
        Measured(IDLE, f"wake-ups in {WINDOW_MS // 1000} s", woken, goal=0),
        Measured(IDLE, "looks at the system, start and stop too", looks, goal=LOOKS),
    ]


def size_checks(built: Built) -> list[Callable[[], list[Measured]]]:
    return [partial(check, built) for check in (idle_engine, library, idle_actor, envelope)]
