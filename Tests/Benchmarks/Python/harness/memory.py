"""What actors take of the system's memory."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Measured:
    bytes_each: float = 0.0


def resident_bytes() -> int:
    """Of this process, now."""
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def bytes_each(count: int) -> Iterator[Measured]:
    """Around the making of `count` things that are all kept."""
    measured = Measured()
    gc.collect()
    before = resident_bytes()
    yield measured
    gc.collect()
    measured.bytes_each = (resident_bytes() - before) / count
