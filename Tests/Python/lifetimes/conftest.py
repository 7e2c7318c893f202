"""Programs that the tests run in processes of their own, as a user would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import pytest

#: A guard against a hang, no measure of anything.
SECONDS_MAX = 20

PRELUDE = """\
import collections, gc, logging, os, signal, sys, threading, time, warnings
import backstage
from backstage import *

def ignore(context, message):
    pass

def ledger_holds(engine):
    counts = engine.statistics()
    return counts.accepted == counts.handled + counts.dead + counts.queued
"""

#: What Python says when it has lost an exception, or itself.
LOST = (
    "Exception ignored",
    "Fatal Python error",
    "Error in atexit",
    "never awaited",
    "core dumped",
)


class Finished(NamedTuple):
    """How a program ended."""

    status: int
    out: list[str]
    err: str


class Running:
    """A program that runs: it tells by lines how far it is."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.out: IO[str] = process.stdout

    def expect(self, line: str) -> None:
        """Waits for a line."""
        said = self.out.readline()
        assert said == line + "\n", (said, self._rest())

    def line(self) -> str:
        """The next line."""
        said = self.out.readline()
        assert said, self._rest()
        return said.rstrip("\n")

    def _rest(self) -> str:
        self.process.kill()
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def wait_until_it_sleeps(self) -> None:
        """Waits until its main thread does nothing but wait."""
        stat = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] != "S":
            assert self.process.poll() is None, self._rest()
            os.sched_yield()

    def wait_until_it_works(self) -> None:
        """Waits until its main thread has used the processor for a while."""
        before = self._ticks()
        while self._ticks() < before + 3:
            os.sched_yield()

    def _ticks(self) -> int:
        stat = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/stat")
        return int(stat.read_text().rpartition(")")[2].split()[11])

    def system_call(self) -> list[int]:
        """What its main thread waits for: the system call's number, and its arguments."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/syscall")
        try:
            call = path.read_text().split()
        except PermissionError:
            pytest.skip("the system does not tell")
        return [int(number, 0) for number in call]

    def interrupt(self, number: int = signal.SIGINT) -> None:
        """Sends a signal, as a terminal does for Ctrl-C."""
        self.process.send_signal(number)

    def finish(self, status: int = 0) -> Finished:
        """Waits for its end."""
        out, err = self.process.communicate(timeout=SECONDS_MAX)
        return _checked(Finished(self.process.returncode, out.splitlines(), err), status)


def _checked(finished: Finished, status: int) -> Finished:
    for lost in LOST:
        assert lost not in finished.err, finished.err
    assert finished.status == status, finished
    return finished


def _command(sources: tuple[str, ...], options: tuple[str, ...]) -> list[str]:
    program = "\n".join((PRELUDE, *map(textwrap.dedent, sources)))
    return [sys.executable, "-X", "dev", "-X", "faulthandler", *options, "-c", program]


@pytest.fixture
def run_program() -> Callable[..., Finished]:
    """Runs a program, of one part or several, to its end: `run_program(source, status=0,
    options=())`. Nothing of what it raised may be lost, and it may not crash."""

    def run(*sources: str, status: int = 0, options: tuple[str, ...] = ()) -> Finished:
        done = subprocess.run(
            _command(sources, options),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS_MAX,
        )
        return _checked(Finished(done.returncode, done.stdout.splitlines(), done.stderr), status)

    return run


@pytest.fixture
def start_program() -> Iterator[Callable[..., Running]]:
    """Starts a program that the test talks to: `start_program(source, options=())`."""
    started: list[subprocess.Popen[str]] = []

    def start(*sources: str, options: tuple[str, ...] = ()) -> Running:
        process = subprocess.Popen(
            _command(sources, options),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return Running(process)

    with _ended(started):
        yield start


@contextmanager
def _ended(processes: list[subprocess.Popen[str]]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.communicate()
