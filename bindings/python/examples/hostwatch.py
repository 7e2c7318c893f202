"""Actors watch the machine they run on: Python's, and one compiled from C, in one engine.

The C sampler (sampler/sampler.c) publishes CPUs, memory, network and load; Python actors publish
processes and disks; an alarm and a board subscribe to both; a supervisor starts them all, and
ends them in good order on Ctrl-C.

    pip install rich
    python hostwatch.py --sampler ./sampler.so
"""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from pathlib import Path

from host.ledger import Ledger
from host.source import Source
from host.supervisor import Options, Outcome, Supervisor
from host.view import choose_view

from backstage import Clock, Ending, Engine


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    add = parser.add_argument
    add("--seconds", type=float, default=0, metavar="N", help="end after N; 0: on Ctrl-C")
    add("--interval", type=int, default=1000, metavar="MS", help="between two samples")
    add("--sampler", metavar="PATH", help="the C sampler, sampler.so; without: Python's alone")
    add("--plain", action="store_true", help="a line for each reading: not a table")
    add("--proc", type=Path, default=Path("/proc"), metavar="DIR",
        help="read DIR in place of /proc; with DIR/tick-0, DIR/tick-1, ... in it, play that "
        "recording, in order and as fast as possible")  # fmt: skip
    add("--fail-at", type=int, default=0, metavar="LINE",
        help="the C sampler fails on the LINE-th line it reads, to show what follows")  # fmt: skip
    arguments = parser.parse_args()
    if arguments.seconds < 0 or not 1 <= arguments.interval <= 3600000 or arguments.fail_at < 0:
        parser.error("a number is out of range")
    if not arguments.proc.is_dir():
        parser.error(f"--proc takes a directory, not {arguments.proc}")
    return arguments


def run_live(engine: Engine, seconds: float) -> bool:
    """Runs in real time, until the supervisor has drained the engine."""
    if engine.run(timeout=seconds or None):
        return True
    with suppress(Ending):  # by a signal that came just now
        engine.tell("supervisor", b"the time is over")
    return engine.run()


def run_recording(engine: Engine, ticks: int, interval: float) -> bool:
    """Plays a recording: on a clock that is moved by hand, so that nobody waits."""
    for tick in range(ticks):
        if tick > 0:
            engine.advance(interval)
        engine.run_until_idle()
        if not engine.actors():
            return True  # a signal ended it
    engine.tell("supervisor", b"the recording is over")
    return engine.run()


def main() -> int:
    arguments = parse_arguments()
    source = Source(arguments.proc)
    interval = arguments.interval / 1000
    view = choose_view(arguments.plain, interval)
    options = Options(source, arguments.interval, arguments.sampler, arguments.fail_at, view)
    ledger, outcome = Ledger(), Outcome()
    clock = Clock.VIRTUAL if source.ticks else Clock.MONOTONIC
    with Engine(clock=clock, dead_letter=ledger.dead_letter) as engine:
        engine.spawn(Supervisor, options, outcome, id="supervisor")
        if source.ticks:
            ticks = int(arguments.seconds / interval) or source.ticks
            drained = run_recording(engine, ticks, interval)
        else:
            drained = run_live(engine, arguments.seconds)
        statistics = engine.statistics()
    in_order = drained and outcome.in_order
    if not in_order:
        print("hostwatch: ended early", file=sys.stderr)
    return 0 if ledger.print(statistics) and in_order else 1


if __name__ == "__main__":
    sys.exit(main())
