"""What hostwatch's actors publish: records of a fixed size, the same from C and from Python.

publisher   topics                               reading
machine     cpu.total, cpu.0, cpu.1, ...         Share         (the C sampler)
            memory.used, memory.swap             Share
            network.eth0, ...                    Traffic
            load.average                         Load
processes   processes.count                      ProcessCount
            processes.busiest                    Busiest
disks       disks.sda, ...                       Traffic
any of them unavailable.cpu, ...                 Unavailable
alarm       alarm.cpu.total, ...                 Alarm
supervisor  failed.machine, ...                  Failed

The layouts are those of C's structs: see bindings/c/examples/hostwatch/messages.h.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple


class Share(NamedTuple):
    """A part of a whole; of one that is not measured in bytes, both bytes are 0."""

    fraction: float
    used_bytes: int
    total_bytes: int


class Traffic(NamedTuple):
    """What comes in, or is read, and what goes out, or is written."""

    in_bytes_per_s: float
    out_bytes_per_s: float


class Load(NamedTuple):
    """How many tasks ran or waited, over the last minute."""

    average: float


class ProcessCount(NamedTuple):
    """How many processes there are, and of these in some states."""

    total: int
    running: int
    blocked: int
    zombies: int


class Busiest(NamedTuple):
    """The process that used most of one CPU: more than 1 if several were busy with it."""

    fraction: float
    pid: int
    name: bytes


class Unavailable(NamedTuple):
    """Nothing to read: errno, or 0 if there was a file but nothing of use in it."""

    error: int


class Alarm(NamedTuple):
    """A limit was reached (1), or left again (0)."""

    limit: float
    raised: int


class Failed(NamedTuple):
    """A sampler failed, so often by now; what it said the last time."""

    failures: int
    what: bytes


Reading = Share | Traffic | Load | ProcessCount | Busiest | Unavailable | Alarm | Failed

_TYPES: dict[str, type[Reading]] = {
    "cpu": Share,
    "memory": Share,
    "network": Traffic,
    "load": Load,
    "processes.count": ProcessCount,
    "processes.busiest": Busiest,
    "disks": Traffic,
    "unavailable": Unavailable,
    "alarm": Alarm,
    "failed": Failed,
}
_LAYOUTS: dict[type[Reading], Struct] = {
    Share: Struct("@dQQ"),
    Traffic: Struct("@dd"),
    Load: Struct("@d"),
    ProcessCount: Struct("@IIII"),
    Busiest: Struct("@di16s0d"),
    Unavailable: Struct("@i"),
    Alarm: Struct("@dI0d"),
    Failed: Struct("@I80s"),
}


def pack(reading: Reading) -> bytes:
    return _LAYOUTS[type(reading)].pack(*reading)


def unpack(topic: str, payload: bytes) -> Reading:
    """Raises LookupError for an unknown topic, and struct.error for a payload of another size."""
    kind = _TYPES.get(topic) or _TYPES[topic.partition(".")[0]]
    return kind(*_LAYOUTS[kind].unpack(payload))
