"""Puts readings into words."""

from __future__ import annotations

import errno
import os

from .readings import (
    Alarm,
    Busiest,
    Failed,
    Load,
    ProcessCount,
    Reading,
    Share,
    Traffic,
    Unavailable,
)

UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def describe(reading: Reading) -> str:
    match reading:
        case Share(fraction, _, 0):
            return _percent(fraction)
        case Share(fraction, used, total):
            return f"{_percent(fraction)}  {_bytes(used)} of {_bytes(total)}"
        case Traffic(received, sent):
            return f"in {_bytes(received):>10}/s  out {_bytes(sent):>10}/s"
        case Load(average):
            return f"{average:.2f}"
        case ProcessCount(total, running, blocked, zombies):
            return f"{total}: {running} running, {blocked} blocked, {zombies} zombies"
        case Busiest(fraction, pid, name):
            return f"{_percent(fraction)}  {pid} {_text(name)}"
        case Unavailable(error):
            return os.strerror(error) if error in errno.errorcode else "nothing of use there"
        case Alarm(limit, 0):
            return f"over: well below {limit * 100:.0f} % again"
        case Alarm(limit, _):
            return f"ALARM: at or above {limit * 100:.0f} %"
        case Failed(failures, what):
            return f"{_text(what)} (failures: {failures})"


def fraction_of(reading: Reading) -> float | None:
    """What to draw a bar of, if of anything."""
    return reading.fraction if isinstance(reading, (Share, Busiest)) else None


def _percent(fraction: float) -> str:
    return f"{fraction * 100:5.1f} %"


def _bytes(number: float) -> str:
    unit = 0
    while number >= 1024 and unit + 1 < len(UNITS):
        number /= 1024
        unit += 1
    return f"{number:.1f} {UNITS[unit]}" if unit else f"{number:.0f} B"


def _text(name: bytes) -> str:
    """A name without what a terminal should not see."""
    text = name.rstrip(b"\0").decode("ascii", "replace")
    return "".join(letter if " " <= letter <= "~" else "?" for letter in text)
