"""How many processes there are, and which is busiest, from /proc/[pid]/stat."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from backstage import Context

from .readings import Busiest, ProcessCount
from .sampler import Sampler
from .source import Source

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Process(NamedTuple):
    """What /proc/[pid]/stat tells of a process."""

    pid: int
    name: bytes
    state: bytes
    cpu_ticks: int  # of CPU time, so far
    start_ticks: int  # when it started: tells it from another one of the same pid


def parse_process(line: bytes) -> Process | None:
    """The name may hold blanks and parentheses: the last one ends it."""
    pid, _, rest = line.partition(b" (")
    name, _, rest = rest.rpartition(b") ")
    words = rest.split()
    try:
        cpu_ticks = int(words[11]) + int(words[12])
        return Process(int(pid), name[:15], words[0], cpu_ticks, int(words[19]))
    except (IndexError, ValueError):
        return None


def read_processes(directory: Path) -> Iterator[Process]:
    """Processes come and go while they are looked at: one that is gone is skipped."""
    for entry in os.scandir(directory):
        if not entry.name.isdecimal():
            continue
        with suppress(FileNotFoundError, ProcessLookupError):
            if process := parse_process(Path(entry.path, "stat").read_bytes()):
                yield process


class Processes(Sampler):
    """Publishes how many processes there are, and which is busiest."""

    def __init__(self, source: Source, interval: float) -> None:
        super().__init__(source, interval)
        self.before: dict[int, Process] = {}
        self.before_at = 0.0

    def sample(self, context: Context, directory: Path) -> None:
        processes = {process.pid: process for process in read_processes(directory)}
        if not processes:
            self.publish_unavailable(context)
            return
        states = Counter(process.state for process in processes.values())
        count = ProcessCount(len(processes), states[b"R"], states[b"D"], states[b"Z"])
        self.publish(context, "processes.count", count)
        if self.before and self.now > self.before_at:
            self.publish_busiest(context, processes)
        self.before, self.before_at = processes, self.now

    def publish_busiest(self, context: Context, processes: dict[int, Process]) -> None:
        busiest = max(processes.values(), key=self.ticks_since)
        if ticks := self.ticks_since(busiest):
            fraction = ticks / TICKS_PER_S / (self.now - self.before_at)
            reading = Busiest(fraction, busiest.pid, busiest.name)
            self.publish(context, "processes.busiest", reading)

    def ticks_since(self, process: Process) -> int:
        """The CPU time used since the sample before. One that is new, used it all since."""
        before = self.before.get(process.pid)
        if before is None or before.start_ticks != process.start_ticks:
            return process.cpu_ticks
        return max(0, process.cpu_ticks - before.cpu_ticks)
