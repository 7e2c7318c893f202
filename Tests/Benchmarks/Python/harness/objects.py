"""Objects to send: what a sensor says, as a program would have it from JSON."""

from __future__ import annotations

from typing import TypedDict

from .work import CHUNK


class Reading(TypedDict):
    sensor: str
    value: int
    tags: list[str]


READINGS: list[Reading] = [
    {"sensor": f"cpu.{number % 8}", "value": number, "tags": ["load", "user"]}
    for number in range(CHUNK)
]
SUM_OF_VALUES = sum(reading["value"] for reading in READINGS)
