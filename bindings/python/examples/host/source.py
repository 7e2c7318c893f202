"""Where samples come from: /proc, or a directory that looks like it, or a recording of several."""

from __future__ import annotations

from pathlib import Path


class Source:
    """A recording is a directory that holds DIR/tick-0, DIR/tick-1, ...: one for each sample."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ticks = 0
        while (directory / f"tick-{self.ticks}").is_dir():
            self.ticks += 1

    def at(self, tick: int) -> Path:
        """The directory as of a tick; a recording that is over begins anew."""
        return self.directory / f"tick-{tick % self.ticks}" if self.ticks else self.directory
