"""What actors take of the system's memory."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .machine import resident_bytes


@dataclass
class Measured:
    bytes_each: float = 0.0


@contextmanager
def bytes_each(count: int) -> Iterator[Measured]:
    """Around the making of `count` things that are all kept."""
    measured = Measured()
    gc.collect()
    before = resident_bytes()
    yield measured
    gc.collect()
    measured.bytes_each = (resident_bytes() - before) / count
