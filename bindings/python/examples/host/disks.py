"""What the disks read and write, from /proc/diskstats: bytes a second since the sample before."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from backstage import Context

from .readings import Traffic
from .sampler import Sampler
from .source import Source

SECTOR_BYTES = 512  # whatever the disk's own are


class Disk(NamedTuple):
    """What a disk has read and written, so far."""

    read_bytes: int
    written_bytes: int


def parse_disks(text: str) -> dict[str, Disk]:
    """Whole disks that were ever used, without their partitions."""
    disks = {}
    for line in text.splitlines():
        # major minor name, reads merged sectors ms, writes merged sectors ms, ...
        words = line.split()
        if len(words) < 11:
            raise ValueError(f"not a line of /proc/diskstats: {line!r}")
        disk = Disk(int(words[5]) * SECTOR_BYTES, int(words[9]) * SECTOR_BYTES)
        if any(disk):
            disks[words[2]] = disk
    return {name: disk for name, disk in disks.items() if not _is_partition(name, disks)}


def _is_partition(name: str, disks: dict[str, Disk]) -> bool:
    """Whether it is as sda1 of sda, or nvme0n1p1 of nvme0n1."""
    match = re.fullmatch(r"(.*\D)\d+", name)
    if match is None:
        return False
    stem = match[1]
    return stem in disks or (stem.endswith("p") and stem[:-1] in disks)


class Disks(Sampler):
    """Publishes what each disk reads and writes."""

    def __init__(self, source: Source, interval: float) -> None:
        super().__init__(source, interval)
        self.before: dict[str, Disk] = {}
        self.before_at = 0.0

    def sample(self, context: Context, directory: Path) -> None:
        disks = parse_disks((directory / "diskstats").read_text("ascii", "replace"))
        seconds = self.now - self.before_at
        for name, disk in disks.items():
            before = self.before.get(name)
            if before is None or seconds <= 0:
                continue
            read = disk.read_bytes - before.read_bytes
            written = disk.written_bytes - before.written_bytes
            if read >= 0 and written >= 0:  # else a counter has wrapped or been reset
                topic = f"disks.{re.sub('[.*>]', '_', name)}"  # which mean something in a topic
                self.publish(context, topic, Traffic(read / seconds, written / seconds))
        self.before, self.before_at = disks, self.now
        if not disks:
            self.publish_unavailable(context)
