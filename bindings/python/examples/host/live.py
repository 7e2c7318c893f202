"""A live table in the terminal, drawn by rich."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from .describe import describe, fraction_of
from .readings import Alarm, Failed, Reading

GROUPS = ("cpu", "memory", "load", "network", "disks", "processes", "unavailable", "failed")
BAR_WIDTH = 20


@dataclass
class Row:
    """The latest reading of a topic."""

    publisher: str
    reading: Reading
    when: float


class LiveView:
    """Redraws only when told to: rich's own thread is not started."""

    def __init__(self, rows_shown_for: float, console: Console | None = None) -> None:
        self.rows_shown_for = rows_shown_for
        self.rows: dict[str, Row] = {}
        self.alarms: set[str] = set()
        self.live = Live(console=console, auto_refresh=False)

    def show(self, when: float, publisher: str, topic: str, reading: Reading) -> None:
        if not isinstance(reading, Alarm):
            self.rows[topic] = Row(publisher, reading, when)
        elif reading.raised:
            self.alarms.add(topic.partition(".")[2])
        else:
            self.alarms.discard(topic.partition(".")[2])

    def draw(self, when: float) -> None:
        self._forget_before(when - self.rows_shown_for)
        if not self.live.is_started:
            self.live.start()
        self.live.update(self._table(when), refresh=True)

    def close(self) -> None:
        self.live.stop()

    def _forget_before(self, when: float) -> None:
        self.rows = {
            topic: row
            for topic, row in self.rows.items()
            if row.when >= when or isinstance(row.reading, Failed)
        }

    def _table(self, when: float) -> Table:
        table = Table(title=f"hostwatch  {when:.1f} s, Ctrl-C ends it", title_justify="left")
        table.add_column("from", style="dim")
        table.add_column("topic")
        table.add_column("", width=BAR_WIDTH)
        table.add_column("reading")
        group = ""
        for topic in sorted(self.rows, key=_group_of):  # within a group, the oldest first
            if group and group != topic.partition(".")[0]:
                table.add_section()
            group = topic.partition(".")[0]
            row = self.rows[topic]
            is_bad = topic in self.alarms or isinstance(row.reading, Failed)
            style = "bold red" if is_bad else None
            text = Text(describe(row.reading))
            table.add_row(row.publisher, topic, _bar_of(row.reading), text, style=style)
        return table


def _group_of(topic: str) -> int:
    word = topic.partition(".")[0]
    return GROUPS.index(word) if word in GROUPS else len(GROUPS)


def _bar_of(reading: Reading) -> ProgressBar | str:
    fraction = fraction_of(reading)
    if fraction is None:
        return ""
    done = min(fraction, 1.0)
    return ProgressBar(1.0, done, width=BAR_WIDTH, finished_style="bar.complete")
